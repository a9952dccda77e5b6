"""Decides whether an utterance means one of the client's tools, and calls it.

Pure. It must never call a tool with arguments that its schema does not allow.
"""

import re
from collections.abc import Sequence

from voice.agent.brain.arguments import Filled, Said, fill, kind_of, take
from voice.agent.brain.base import CallTool, Tool
from voice.agent.brain.phrases import stem
from voice.agent.brain.results import spoken_name
from voice.agent.brain.schema import are_valid_arguments, properties_of
from voice.agent.brain.turn import Answer, Turn
from voice.agent.brain.understood import call_for
from voice.agent.brain.wording import join_words, normalize

# Words that say nothing about which tool is meant.
_FILLER = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "for",
        "to",
        "in",
        "on",
        "at",
        "by",
        "and",
        "or",
        "with",
        "from",
        "my",
        "your",
        "user",
        "tool",
        "function",
        "api",
        "current",
        "this",
        "that",
        "it",
        "is",
        "are",
        "be",
        "as",
        "will",
        "can",
        "when",
        "use",
        "used",
        "using",
        "asks",
        "ask",
        "given",
        "information",
        "data",
        "into",
        "about",
        "their",
        "them",
        "which",
        "what",
        "who",
        "how",
    ]
)
# What nearly every tool does; it counts only where a tool's name is nothing else.
_GENERIC_VERBS = frozenset(
    [
        "get",
        "fetch",
        "lookup",
        "look",
        "find",
        "search",
        "show",
        "check",
        "list",
        "set",
        "create",
        "make",
        "send",
        "start",
        "run",
        "do",
        "query",
        "retrieve",
        "read",
        "calculate",
        "compute",
        "tell",
        "give",
        "execute",
        "perform",
        "call",
        "update",
        "add",
        "returns",
        "return",
    ]
)
# Sentences about words rather than about what they name.
_ABOUT_WORDS = re.compile(
    r"^(?:spell|repeat|say|how do you spell|what did (?:i|you)|do not|never|what can you|help|count)\b"
)
_NAME_WEIGHT = 10
_DESCRIPTION_ALONE = 3
_DESCRIPTION_WITH_NAME = 2
_MAX_TOOLS = 64
_MAX_OPTIONS = 6


def use(turn: Turn) -> CallTool | Answer | None:
    """Return the call that `turn` means, a question for what it lacks, or None if no tool is meant."""
    tools = turn.conversation.tools[:_MAX_TOOLS]
    if not tools or _ABOUT_WORDS.match(turn.core):
        return None
    if call := _answered_question(turn, tools) or call_for(turn, tools):
        return call
    meant = [(tool, _filled(tool, turn)) for tool in choose(turn.plain, tools)]
    if not meant:
        return None
    # "What are my notes" leaves nothing to write down, but is all that a tool which reads them needs.
    return _call_or_ask(*min(meant, key=lambda pair: len(pair[1].missing)))


def _filled(tool: Tool, turn: Turn) -> Filled:
    return fill(tool, Said(turn.heard, turn.now, _name_words(tool)))


def choose(plain: str, tools: Sequence[Tool]) -> list[Tool]:
    """Return the tools that a normalised utterance means equally well, by their names and descriptions."""
    # "12 times 7" is no question about the time.
    said = {stem(word) for word in plain.split() if word != "times"}
    scores = [_score(tool, said) for tool in tools]
    best = max(scores)
    return [tool for tool, score in zip(tools, scores, strict=True) if score == best] if best[0] else []


def _score(tool: Tool, said: set[str]) -> tuple[int, int]:
    """How well the words fit, and among equals how many verbs ("make", "list") do."""
    name = _name_words(tool)
    words = {stem(word) for word in normalize(tool.description).split()}
    described = len((words - _FILLER - _GENERIC_VERBS) & said)
    verbs = len((words | set(spoken_name(tool.name).split())) & _GENERIC_VERBS & said)
    if name and name <= said:
        return _NAME_WEIGHT * len(name) + described, verbs
    enough = _DESCRIPTION_WITH_NAME if name & said else _DESCRIPTION_ALONE
    return (described, verbs) if described >= enough else (0, 0)


def _name_words(tool: Tool) -> frozenset[str]:
    words = frozenset(stem(word) for word in spoken_name(tool.name).split()) - _FILLER
    return (words - _GENERIC_VERBS) or words


def _call_or_ask(tool: Tool, filled: Filled) -> CallTool | Answer | None:
    if not filled.missing:
        return (
            CallTool(tool.name, filled.values)
            if are_valid_arguments(filled.values, tool.parameters)
            else None
        )
    name = filled.missing[0]
    schema = properties_of(tool.parameters).get(name)
    if not isinstance(schema, dict):
        return None
    options = (
        [str(option) for option in schema["enum"][:_MAX_OPTIONS]]
        if isinstance(schema.get("enum"), list)
        else []
    )
    if not options and kind_of(schema) not in {"string", "integer", "number", "boolean", "array"}:
        return Answer(
            f"I can't use {spoken_name(tool.name)}: its {spoken_name(name)} can't be given by voice."
        )
    hint = f" It can be {join_words(options, last='or')}." if options else ""
    return Answer(f"{_question(tool, name)}{hint}")


def _question(tool: Tool, argument: str) -> str:
    # One sentence, so that a brief persona keeps all of it.
    return f"For {spoken_name(tool.name)} I need the {spoken_name(argument)}: what is it?"


def _answered_question(turn: Turn, tools: Sequence[Tool]) -> CallTool | Answer | None:
    """Complete a call for which the last reply asked an argument, if this utterance gives it."""
    asked, earlier = turn.agent_texts()[-1:], turn.user_texts()[-1:]
    if not asked or not earlier:
        return None
    for tool in tools:
        for name, schema in properties_of(tool.parameters).items():
            if _question(tool, name) not in asked[0]:
                continue
            before = fill(tool, Said(earlier[0], turn.now, _name_words(tool)))
            value = take(name, schema, Said(turn.heard, turn.now, _name_words(tool), whole=True))
            if value is None or name not in before.missing:
                return None
            missing = tuple(other for other in before.missing if other != name)
            return _call_or_ask(tool, Filled({**before.values, name: value}, missing))
    return None
