"""Keeps a call that never ends, and prints each turn once it is in the store; for a test that kills it."""

import sys
import time
from itertools import count
from pathlib import Path

from tests.history.samples import a_call, a_turn
from tests.history.test_following import live
from voice.call.redaction import Redactor
from voice.history.entries import TurnPut
from voice.history.keeper import Keeper
from voice.history.store import Store


def main(folder: Path) -> None:
    keeping = Keeper(Store("", folder))
    keeping.start()
    keeping.keep(a_call(started_at=time.time()), live().session, Redactor([]), lambda _: None, time.time)
    for number in count(1):
        text = f"Sentence {number}."
        keeping.put("call-0001", [TurnPut(number, a_turn(number, text))], time.time())
        while not keeping._queue.empty():
            time.sleep(0.005)
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
