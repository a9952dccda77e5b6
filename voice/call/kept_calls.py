"""The person's past calls from the store, for the tool that searches them."""

import json
import re
from collections.abc import Sequence

from voice.history.records import FullCall, HistoryProblem, TurnRecord
from voice.history.store import Store
from voice.history.words import hits, wanted_of
from voice.tools.past_calls import MAX_FOUND, Passage
from voice.tools.tool import ToolProblem

_MAX_CALLS = 20
# What a tool's call adds to what was said: notes. Its answers, and what other tools say, do not.
_NOTING = "add_note"
# Words that stand in every line and find nothing; so do those of one or two letters.
_COMMON = frozenset(
    ["the", "and", "for", "was", "you", "are", "what", "did", "have", "about", "that", "with", "call"]
)
_MIN_WORD_CHARS = 3


class KeptCalls:
    """What one owner has said in calls that are over."""

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner

    def search(self, text: str) -> Sequence[Passage]:
        """Lines that share the most words with `text`; of equal ones, the newest."""
        wanted = _telling(text)
        try:
            found = self._store.calls_about(self._owner, wanted, _MAX_CALLS)
        except HistoryProblem as problem:
            raise ToolProblem(problem.sentence) from problem
        lines = [line for full in found for line in _lines_of(full)]
        ranked = sorted(lines, key=lambda line: (hits(line.text, wanted), line.at), reverse=True)
        return [line for line in ranked[:MAX_FOUND] if hits(line.text, wanted)]


def _telling(text: str) -> list[str]:
    words = (word for word in wanted_of(text) if len(word) >= _MIN_WORD_CHARS or not word.isascii())
    digits = re.findall(r"\d+", text)
    # Words are found by how they begin: without its ending, one of several finds the single one too.
    return [word.removesuffix("s") for word in words if word not in _COMMON] + digits


def _lines_of(full: FullCall) -> list[Passage]:
    at = full.call.started_at if full.call.ended_at is None else full.call.ended_at
    lines = (_line_of(at, turn) for turn in full.turns)
    return [line for line in lines if line is not None]


def _line_of(at: float, turn: TurnRecord) -> Passage | None:
    if turn.tool is None:
        return Passage(at, turn.speaker, turn.text)
    if turn.tool.get("name") == _NOTING:
        return Passage(at, "note", _noted(str(turn.tool.get("arguments", ""))))
    return None


def _noted(arguments: str) -> str:
    try:
        return str(json.loads(arguments)["text"])
    except (ValueError, KeyError, TypeError):  # it was cut short, or the agent called the tool otherwise
        return arguments
