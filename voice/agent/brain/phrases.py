"""Finds the words of an utterance that one string argument means: "Paris" in "what's the weather in Paris?".

Pure text. It must never return words that were not said.
"""

import re

from voice.agent.brain.wording import straight_quotes

_QUOTED = re.compile(r"\"([^\"]{1,200})\"|(?<!\w)'([^']{1,200})'(?!\w)")
_NOT_VALUES = frozenset(
    [
        "me",
        "you",
        "it",
        "that",
        "this",
        "them",
        "us",
        "him",
        "her",
        "now",
        "today",
        "there",
        "here",
        "please",
        "a",
        "the",
        "what",
        "one",
        "something",
    ]
)
_TRAILING = re.compile(
    r"(?:[ ,]+(?:please|now|right now|today|tonight|like|for me|thanks|thank you|at the moment"
    r"|currently))+$",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:(?:is|are|was|of|for|to|in|at|on|about|that|saying|with|by|from|named|called|number|like|the|a"
    r"|an|my|our|up|out)\s+)+",
    re.IGNORECASE,
)
_LAST_PREPOSITION = re.compile(
    r".*\b(?:in|for|to|at|from|about|of|on|called|named|with|by|near)\s+(.+)$", re.IGNORECASE | re.DOTALL
)
_FREE_TEXT = frozenset(
    [
        "query",
        "q",
        "text",
        "message",
        "content",
        "question",
        "search",
        "term",
        "terms",
        "prompt",
        "title",
        "body",
        "note",
        "reminder",
        "topic",
        "task",
        "item",
    ]
)
_IDENTIFIER = re.compile(r"\b(?:id|number|code|zip|postcode|reference|phone|account|pin)\b")
_IDENTIFIER_SAID = re.compile(r"\b(?=[\w-]*\d)[\w-]+(?: \d+)*\b")
_FROM = frozenset(["from", "origin", "source", "start", "departure"])
_TO = frozenset(["to", "destination", "target", "end", "arrival", "recipient"])
_PREAMBLE = re.compile(r"^(?:it is|it's|that is|that's|make it|i said)\s+", re.IGNORECASE)
_MAX_VALUE_CHARS = 200


def quoted(heard: str) -> list[str]:
    """Return what stands in quotation marks."""
    return [found[1] or found[2] for found in _QUOTED.finditer(straight_quotes(heard))]


def phrase_for(argument: str, heard: str, tool_words: frozenset[str], *, whole: bool) -> str:
    """Return the words meant by `argument` (its name as words), or nothing.

    `tool_words` are the words by which the tool was recognised; `whole` says that the utterance answers the
    question for this argument and nothing else.
    """
    text = straight_quotes(heard).strip(" .!?,;:")
    if quotes := quoted(heard):
        return quotes[0]
    if _IDENTIFIER.search(argument):
        return _identifier(text) or (_clean(text) if whole else "")
    if whole:
        return _clean(_PREAMBLE.sub("", text))
    return _labelled(argument, text) or _placed(argument, text) or _clean(_after(tool_words, text))


def _identifier(text: str) -> str:
    """Return the last thing with digits in it, said in groups or not: "order 12 34" is 1234."""
    found = [match.group() for match in _IDENTIFIER_SAID.finditer(text)]
    return found[-1].replace(" ", "") if found else ""


def _labelled(argument: str, text: str) -> str:
    """Return what follows the argument's own name: "the city is Paris"."""
    found = re.search(rf"\b{re.escape(argument)}\s+(?:is |of |to |called |named )?(.+)$", text, re.IGNORECASE)
    return _clean(found[1]) if found else ""


def _placed(argument: str, text: str) -> str:
    """Return what follows the preposition of the argument, "from" or "to", else the last one."""
    names = set(argument.split())
    for ends, preposition, other in ((_FROM, "from", "to"), (_TO, "to", "from")):
        found = re.search(rf"\b{preposition}\s+(.+?)(?:\s+{other}\b.*)?$", text, re.IGNORECASE)
        if names & ends and found:
            return _clean(found[1])
    last = None if names & _FREE_TEXT else _LAST_PREPOSITION.match(text)
    return _clean(last[1]) if last else ""


def _after(tool_words: frozenset[str], text: str) -> str:
    """Return what follows the last word that named the tool; for text without one, nothing."""
    ends = [found.end() for found in re.finditer(r"[\w']+", text) if stem(found.group()) in tool_words]
    return text[ends[-1] :] if ends else ""


def _clean(value: str) -> str:
    value = _TRAILING.sub("", value.strip(" .!?,;:\"'"))
    value = _LEADING.sub("", value + " ").strip(" .!?,;:\"'")[:_MAX_VALUE_CHARS].strip()
    return "" if value.lower() in _NOT_VALUES else value


def stem(word: str) -> str:
    """Return `word` in lower case without a plural "s"."""
    word = word.lower().removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004 - "gas"
