from collections.abc import Mapping

import pytest

from tests.agent.brain.support import agent, answer, brain, user
from voice.agent.brain import CallTool, Conversation, Message, Say, Tool
from voice.agent.brain.schema import are_valid_arguments


def tool(name: str, description: str = "", required: tuple[str, ...] = (), **properties: object) -> Tool:
    return Tool(name, description, {"type": "object", "properties": properties, "required": list(required)})


WEATHER = tool(
    "get_weather",
    "Get the current weather for a city",
    ("city",),
    city={"type": "string"},
    unit={"type": "string", "enum": ["celsius", "fahrenheit"]},
)
ORDER = tool(
    "lookup_order", "Look up an order", ("order_id",), order_id={"type": "string", "pattern": r"^\d{4}$"}
)
TIMER = tool(
    "set_timer", "Set a timer", ("minutes",), minutes={"type": "integer", "minimum": 1, "maximum": 90}
)
LIGHT = tool(
    "turn_light",
    "Turn a light on or off",
    ("room", "on"),
    room={"enum": ["kitchen", "bedroom"]},
    on={"type": "boolean"},
)
FLIGHTS = tool(
    "find_flights",
    "Find flights",
    ("origin", "destination"),
    origin={"type": "string"},
    destination={"type": "string"},
)
DICE = tool("roll_dice", "Roll dice", sides={"type": "integer"})
CLOCK = tool("get_time", "Get the current time")
SEARCH = tool("searchWeb", "Search the web", ("query",), query={"type": "string", "minLength": 2})
THERMOSTAT = tool("set_thermostat", "", ("temperature",), temperature={"type": ["number", "null"]})
SUM = tool("sum_numbers", "", ("numbers",), numbers={"type": "array", "items": {"type": "number"}})
PIZZA = tool(
    "order_pizza", "", ("toppings",), toppings={"type": "array", "items": {"enum": ["ham", "olives", "corn"]}}
)
DAY = tool("get_appointments", "", ("day",), day={"type": "string", "format": "date"})
ALL = (WEATHER, ORDER, TIMER, LIGHT, FLIGHTS, DICE, CLOCK, SEARCH, THERMOSTAT, SUM, PIZZA, DAY)


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        ("What's the weather in Paris?", "get_weather", {"city": "Paris"}),
        ("weather for new york today please", "get_weather", {"city": "new york"}),
        ("What is the weather like in Rome in celsius?", "get_weather", {"city": "Rome", "unit": "celsius"}),
        ('What is the weather in "San Jose" now', "get_weather", {"city": "San Jose"}),
        ("Where is my order 1234?", "lookup_order", {"order_id": "1234"}),
        ("set a timer for five minutes", "set_timer", {"minutes": 5}),
        ("Set a timer for twenty-five minutes, please.", "set_timer", {"minutes": 25}),
        ("turn on the kitchen light", "turn_light", {"room": "kitchen", "on": True}),
        ("turn the bedroom light off", "turn_light", {"room": "bedroom", "on": False}),
        (
            "find flights from London to New York",
            "find_flights",
            {"origin": "London", "destination": "New York"},
        ),
        ("find flights to Rome from Oslo", "find_flights", {"origin": "Oslo", "destination": "Rome"}),
        ("roll a twenty sided dice", "roll_dice", {"sides": 20}),
        ("roll the dice", "roll_dice", {}),
        ("what time is it", "get_time", {}),
        ("search the web for cheap hotels in Rome", "searchWeb", {"query": "cheap hotels in Rome"}),
        ("set the thermostat to twenty one point five", "set_thermostat", {"temperature": 21.5}),
        ("sum the numbers 3 4 and five", "sum_numbers", {"numbers": [3, 4, 5]}),
        ("order a pizza with ham and corn", "order_pizza", {"toppings": ["ham", "corn"]}),
        ("what are my appointments tomorrow", "get_appointments", {"day": "2026-11-24"}),
    ],
)
def test_a_meant_tool_is_called_with_what_was_said(
    said: str, name: str, arguments: Mapping[str, object]
) -> None:
    assert answer(said, tools=ALL) == CallTool(name, arguments)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("what's twelve times seven", "12 times 7 is 84."),
        ("spell weather", "Weather: W, E, A, T, H, E, R."),
        ("repeat after me: the weather is fine", "The weather is fine."),
        ("my name is Anna", "Nice to meet you, Anna. What can I do for you?"),
    ],
)
def test_what_means_no_tool_is_answered_as_ever(said: str, expected: str) -> None:
    assert answer(said, tools=ALL) == Say(expected)


def test_tools_can_be_asked_for_by_instructions() -> None:
    told = brain().answer(Conversation("", ALL, (), "Get the weather in Paris"))
    assert told == CallTool("get_weather", {"city": "Paris"})


def test_the_description_decides_where_the_name_says_nothing() -> None:
    vague = tool("f1", "Reserve a table at the restaurant")
    assert answer("I want to reserve a table in a restaurant", tools=(vague,)) == CallTool("f1", {})


@pytest.mark.parametrize(
    ("said", "question", "given", "call"),
    [
        ("what's the weather", "the city", "Paris.", CallTool("get_weather", {"city": "Paris"})),
        ("where is my order", "the order id", "it's 1234", CallTool("lookup_order", {"order_id": "1234"})),
        ("set a timer", "the minutes", "five", CallTool("set_timer", {"minutes": 5})),
        (
            "turn on the light",
            "the room: what is it? It can be kitchen or bedroom.",
            "The bedroom",
            CallTool("turn_light", {"room": "bedroom", "on": True}),
        ),
    ],
)
def test_a_missing_argument_is_asked_for_and_then_used(
    said: str, question: str, given: str, call: CallTool
) -> None:
    asked = answer(said, tools=ALL)
    assert isinstance(asked, Say)
    assert question in asked.text
    assert answer(given, user(said), agent(asked.text), tools=ALL) == call


def test_a_value_the_schema_refuses_is_not_sent() -> None:
    asked = answer("set a timer for 500 minutes", tools=ALL)
    assert isinstance(asked, Say)
    assert "I need the minutes" in asked.text
    refused = answer("a hundred", user("set a timer"), agent(asked.text), tools=ALL)
    assert isinstance(refused, Say)


def test_a_question_can_be_dropped() -> None:
    asked = answer("where is my order", tools=ALL)
    assert isinstance(asked, Say)
    dropped = answer("never mind", user("where is my order"), agent(asked.text), tools=ALL)
    assert dropped == Say("Okay, I'll leave it. Tell me when you want something else.")


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"properties": []},
        {"properties": {"a": 5}, "required": ["a"]},
        {"type": "object", "required": "a"},
        {"required": ["a"], "properties": {"a": {"$ref": "https://example.com/schema"}}},
        {"required": ["a"], "properties": {"a": {"$ref": "#"}}},
        {"required": ["a"], "properties": {"a": {"type": "string", "pattern": "(a+)+$"}}},
        {"required": ["a"], "properties": {"a": {"type": "string", "pattern": "[["}}},
        {"required": ["a"], "properties": {"a": {"type": "object"}}},
        {"required": ["a"], "properties": {"a": {"type": "integer", "minimum": "x"}}},
        {"required": ["a"], "properties": {"a": {"enum": 5}}},
        {"required": [None, 3], "properties": {"a": {"type": ["strange"]}}},
        {"type": "string"},
        {"allOf": [{"allOf": [{"not": {}}]}]},
    ],
)
def test_malformed_or_hostile_schemas_never_raise(parameters: Mapping[str, object]) -> None:
    hostile = Tool("do_thing", "Do the thing", parameters)
    assert answer("do the thing with aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 12", tools=(hostile,))


def _told(*results: Message, prompt: str = "") -> str:
    told = brain().answer(Conversation(prompt, ALL, (user("go"), *results)))
    assert isinstance(told, Say)
    return told.text


def _result(text: str, *, is_error: bool = False) -> Message:
    return Message("tool", text, "call_1", "get_weather", is_error)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("Sunny, 21 degrees", "Sunny, 21 degrees."),
        ('{"temperature": 21.5, "conditions": "sunny"}', "Temperature is 21.5, conditions are sunny."),
        ('{"result": "Your order ships today."}', "Your order ships today."),
        ('{"order": {"id": 7, "paid": true}}', "Order is id is 7, paid is yes."),
        ("[1, 2, 3]", "1, 2 and 3."),
        ('"quoted"', "Quoted."),
        ("42", "42."),
        ("", "Done: get weather gave nothing to report."),
        ("{}", "Done: get weather gave nothing to report."),
        ("null", "Done: get weather gave nothing to report."),
        ("**bold** [site](https://example.com)", "Bold site."),
    ],
)
def test_results_are_spoken_as_sentences(result: str, expected: str) -> None:
    assert _told(_result(result)) == expected


@pytest.mark.parametrize(
    "result",
    [_result("no such city", is_error=True), _result('{"error": "no such city"}')],
)
def test_errors_are_told(result: Message) -> None:
    assert _told(result) == "I'm sorry, the tool get weather failed: No such city."


def test_all_results_of_a_reply_are_spoken_in_order() -> None:
    assert _told(_result("Paris is sunny."), _result("Rome is wet.")) == "Paris is sunny. Rome is wet."


@pytest.mark.parametrize(
    "result", ["x" * 50_000, "[" * 15_000, '{"a":' * 5000 + "1", "\x00\x1b[31m", "1e999", "NaN", "9" * 5000]
)
def test_hostile_results_are_bounded(result: str) -> None:
    assert 0 < len(_told(_result(result))) <= 600


def test_once_told_a_result_is_not_told_again() -> None:
    history = (user("weather in Paris"), _result("Sunny."), agent("Sunny."), user("thanks"))
    assert brain().answer(Conversation("", ALL, history)) == Say("You're welcome. Anything else?")


def test_a_schema_malformed_anywhere_allows_no_arguments() -> None:
    parameters = {"properties": {"city": {"type": "string", "anyOf": None}}, "required": ["text"]}
    assert not are_valid_arguments({"text": "Rome"}, parameters)
    assert are_valid_arguments({}, parameters)
