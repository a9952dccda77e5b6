"""Counts up and down."""

import re

from voice.agent.brain.turn import Answer, Turn

_COUNT = re.compile(
    r"^(?:start )?count(?:ing)?(?: (?P<back>down"
    r"|backwards?))?(?: (?:from )?(?P<low>\d{1,9}))?(?: (?P<back2>down|backwards?))?"
    r"(?: (?:up )?(?:to|till|until|through) (?P<high>\d{1,9}))?(?: by (?P<step>\d{1,9})s?)?$"
)
_DEFAULT_TOP = 10
# More than this is no longer listened to.
MAX_NUMBERS = 30


def match(turn: Turn) -> Answer | None:
    """Answer "count to five" and "count down from ten"."""
    found = _COUNT.match(turn.digits)
    if not found:
        return None
    down = bool(found["back"] or found["back2"])
    first = int(found["low"]) if found["low"] else (_DEFAULT_TOP if down else 1)
    last = int(found["high"]) if found["high"] else (1 if down else max(first, _DEFAULT_TOP))
    if not found["high"] and found["low"] and not down:
        first, last = (first, first + _DEFAULT_TOP - 1) if "from" in turn.digits.split() else (1, first)
    step = max(1, int(found["step"] or 1))
    if down and first < last:
        first, last = last, first
    # Cut while it is still a range: as a list, counting down from a billion would fill the memory.
    numbers = range(first, last - 1, -step) if first > last else range(first, last + 1, step)
    shown = numbers[:MAX_NUMBERS]
    text = ", ".join(str(number) for number in shown)
    return Answer(f"{text}. I'll stop there." if len(numbers) > MAX_NUMBERS else f"{text}.")
