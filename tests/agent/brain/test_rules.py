from collections.abc import Mapping
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it ships no types
from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped] # as above

from tests.agent.brain.support import brain, user
from voice.agent.brain import CallTool, Conversation, Message, RulesBrain, Say, Tool
from voice.agent.brain.rules import local_now
from voice.agent.brain.wording import MAX_REPLY_CHARS

_PIECES = [
    "what is",
    "how many",
    "spell",
    "repeat after me",
    "count",
    "to",
    "down",
    "from",
    "convert",
    "twelve",
    "7",
    "3.5",
    "point",
    "hundred",
    "million",
    "plus",
    "minus",
    "times",
    "divided by",
    "percent of",
    "squared",
    "miles",
    "celsius",
    "in",
    "tell the user",
    "ask",
    "say",
    "hello",
    "joke",
    "time",
    "date",
    "weather",
    "order",
    "you are",
    "captain",
    "pirate",
    "end every reply with",
    "call me",
    "my name is",
    "flip",
    "roll",
    "dice",
    "first",
    "did i",
    "on",
    "off",
    '"',
    "'",
    ",",
    ".",
    "?",
    ":",
]
_SPEECH = st.lists(st.sampled_from(_PIECES), max_size=40).map(" ".join)
_TEXT = st.one_of(_SPEECH, st.text(max_size=300), st.text(alphabet="x ", min_size=900, max_size=1500))

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=12), children, max_size=4)
    ),
    max_leaves=12,
)
_KEYWORDS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(
            ["string", "integer", "number", "boolean", "array", "object", ["string", "null"]]
        )
        | _JSON,
        "enum": st.lists(st.sampled_from(["red", "celsius", 7, None, True]), max_size=3) | _JSON,
        "const": _JSON,
        "minimum": st.integers(-5, 50) | _JSON,
        "maxLength": st.integers(0, 12) | _JSON,
        "pattern": st.sampled_from(["^[a-z]+$", "(a+)+$", "[", "\\d{4}"]) | _JSON,
        "format": st.sampled_from(["date", "email", "regex"]) | _JSON,
        "items": st.fixed_dictionaries({"type": st.sampled_from(["string", "number"])}) | _JSON,
        "anyOf": _JSON,
        "$ref": st.sampled_from(["#", "https://127.0.0.1/x"]),
    },
)
_PARAMETERS = st.fixed_dictionaries(
    {
        "properties": st.dictionaries(
            st.sampled_from(["city", "a", "order_id", "text", "from"]), _KEYWORDS, max_size=4
        )
    },
    optional={"required": st.lists(st.sampled_from(["city", "a", "order_id", "text"]), max_size=3) | _JSON},
) | st.dictionaries(st.sampled_from(["type", "properties", "required", "allOf", "x"]), _JSON, max_size=3)
_TOOLS = st.lists(
    st.builds(
        Tool,
        st.sampled_from(["weather", "get_order", "tellTime", "x", ""]) | st.text(max_size=20),
        _TEXT,
        _PARAMETERS,
    ),
    max_size=3,
    unique_by=lambda tool: tool.name,
).map(tuple)
_MESSAGES = st.lists(
    st.builds(
        Message,
        st.sampled_from(["user", "agent", "tool"]),
        _TEXT | _JSON.map(str),
        st.none() | st.text(max_size=5),
        st.none() | st.text(max_size=20),
        st.booleans(),
    ),
    max_size=6,
).map(tuple)
_CONVERSATIONS = st.builds(Conversation, _TEXT, _TOOLS, _MESSAGES, st.none() | _TEXT)


def _is_speakable(said: Say) -> bool:
    return bool(said.text.strip()) and len(said.text) <= MAX_REPLY_CHARS and said.text.isprintable()


def _allows(tool: Tool, arguments: Mapping[str, object]) -> bool:
    try:
        Draft202012Validator.check_schema(tool.parameters)
    except SchemaError:
        return not arguments  # a malformed schema allows nothing that could be checked
    return bool(Draft202012Validator(tool.parameters).is_valid(arguments))


@given(_CONVERSATIONS)
@settings(deadline=None, max_examples=300)
def test_any_conversation_gets_a_bounded_reply_or_an_allowed_call(conversation: Conversation) -> None:
    answered = brain().answer(conversation)
    if isinstance(answered, Say):
        assert _is_speakable(answered)
    else:
        (called,) = [tool for tool in conversation.tools if tool.name == answered.name]
        assert _allows(called, answered.arguments)


@given(_SPEECH, _TEXT)
@settings(deadline=None, max_examples=300)
def test_any_utterance_in_any_persona_gets_a_bounded_reply(said: str, prompt: str) -> None:
    answered = brain().answer(Conversation(prompt, (), (user(said),)))
    assert isinstance(answered, Say)
    assert _is_speakable(answered)


async def test_a_reply_is_streamed_as_one_item() -> None:
    conversation = Conversation("", (), (user("what time is it"),))
    assert [item async for item in brain().reply(conversation)] == [Say("It's 3:05 PM.")]


def test_tools_come_before_the_agents_own_skills() -> None:
    clock = Tool("get_time", "Get the time", {"type": "object", "properties": {}})
    assert brain().answer(Conversation("", (clock,), (user("what time is it"),))) == CallTool("get_time", {})


def test_the_default_clock_knows_its_time_zone() -> None:
    assert local_now().utcoffset() is not None
    assert isinstance(RulesBrain().answer(Conversation("", (), (user("what time is it"),))), Say)


def test_the_greeting_follows_the_clock() -> None:
    def greeting(hour: int) -> Say | CallTool:
        clock = RulesBrain(now=lambda: datetime(2026, 11, 23, hour, tzinfo=UTC))
        return clock.answer(Conversation("", (), (user("hello"),)))

    texts = [said.text.split("!")[0] for hour in (8, 13, 21) if isinstance(said := greeting(hour), Say)]
    assert texts == ["Good morning", "Good afternoon", "Good evening"]
