"""Tools that do what the agent's own skills do, above all those that Parley ships."""

import pytest

from tests.agent.brain.support import answer
from voice.agent.brain import CallTool, Say, Tool
from voice.tools import catalogue

SHIPPED = tuple(Tool(t.name, t.schema.description, t.schema.parameters) for t in catalogue())


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        ("What time is it in Tokyo?", "current_time", {"place": "Tokyo"}),
        ("What's the time in New York right now?", "current_time", {"place": "New York"}),
        ("what time is it", "current_time", {}),
        ("What is 12 times 7?", "calculate", {"expression": "12 * 7"}),
        ("what's twelve times seven", "calculate", {"expression": "12 * 7"}),
        ("what is 15 percent of 80", "calculate", {"expression": "15 / 100 * 80"}),
        ("the square root of 81 plus 3", "calculate", {"expression": "sqrt(81) + 3"}),
        ("what is 5 squared minus two to the power of 3", "calculate", {"expression": "5 ^ 2 - 2 ^ 3"}),
        ("subtract 4 from 10", "calculate", {"expression": "10 - 4"}),
        ("what is 1 divided by 0", "calculate", {"expression": "1 / 0"}),
        (
            "Convert ten miles to kilometres.",
            "convert_units",
            {"value": 10, "from_unit": "miles", "to_unit": "kilometers"},
        ),
        (
            "how many feet are in a mile",
            "convert_units",
            {"value": 1, "from_unit": "mile", "to_unit": "feet"},
        ),
        (
            "what is 70.5 degrees fahrenheit in celsius",
            "convert_units",
            {"value": 70.5, "from_unit": "degrees Fahrenheit", "to_unit": "degrees Celsius"},
        ),
        ("Make a note to buy milk.", "add_note", {"text": "buy milk"}),
        ("take a note: call Anna tomorrow", "add_note", {"text": "call Anna tomorrow"}),
        ("what are my notes", "list_notes", {}),
        ("Read me my notes please", "list_notes", {}),
        ("Search my past calls for milk.", "search_past_calls", {"query": "calls for milk"}),
    ],
)
def test_shipped_tools_are_called_for_what_people_say(
    said: str, name: str, arguments: dict[str, object]
) -> None:
    assert answer(said, tools=SHIPPED) == CallTool(name, arguments)


@pytest.mark.parametrize(
    "said", ["tell me a joke", "hello", "what is half of 20", "spell note", "how do you convert miles"]
)
def test_what_no_tool_is_for_is_answered_by_the_agent_itself(said: str) -> None:
    assert isinstance(answer(said, tools=SHIPPED), Say)


@pytest.mark.parametrize(
    "parameters",
    [
        {"required": ["expression"], "properties": {"expression": {"type": "integer"}}},
        {"required": ["expression"], "properties": {"expression": {"enum": ["1 + 1"]}}},
        {"required": ["expression", "digits"], "properties": {"expression": {"type": "string"}}},
        {"required": ["expression"], "properties": {"expression": {"type": "string", "maxLength": 3}}},
        {"required": ["expression"]},
        {"required": ["value", "from", "to"], "properties": {"value": {}, "from": 3, "to": {}}},
    ],
)
def test_a_tool_with_other_arguments_is_left_alone(parameters: dict[str, object]) -> None:
    other = Tool("f1", "", parameters)
    assert answer("what is 12 times 7", tools=(other,)) == Say("12 times 7 is 84.")
    assert answer("convert ten miles to feet", tools=(other,)) == Say("10 miles is 52,800 feet.")


def test_of_two_tools_named_alike_the_verb_decides() -> None:
    write = Tool("add_task", "Add a task", {"required": ["text"], "properties": {"text": {"type": "string"}}})
    read = Tool("list_tasks", "List all tasks", {"properties": {}})
    assert answer("list my tasks", tools=(write, read)) == CallTool("list_tasks", {})
    assert answer("add a task to call Anna", tools=(write, read)) == CallTool(
        "add_task", {"text": "call Anna"}
    )
