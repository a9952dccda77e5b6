"""What is missing of a call when its process is killed: fifty times, at random moments.

`python -m benchmarks.kept_when_killed [times]` starts a process that hands turns over all the time,
far more often than anybody talks, kills it, and compares what it had handed over with what the store has.
"""

import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from voice.history.store import Store

TIMES = 50
OWNER = "somebody"
MAX_LIFE_S = 0.5


def main() -> None:
    """Kill them and print the table."""
    times = int(sys.argv[1]) if sys.argv[1:] else TIMES
    chance = random.Random(3)  # noqa: S311 - the same moments every time
    missing: Counter[int] = Counter()
    handed_over = 0
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            said = _killed_after(chance.uniform(0.0, MAX_LIFE_S), folder)
            store = Store("", Path(folder))
            store.open()
            assert store.end_orphans() == 1
            (row,) = store.list_calls(OWNER).rows
            full = store.full_call(OWNER, row.call.id)
            store.close()
        assert full is not None
        assert full.call.how_ended == "cut_short"
        kept = [turn.text for turn in full.turns]
        assert kept[: len(said)] == said[: len(kept)], "a turn is missing in the middle"
        handed_over += len(said)
        missing[max(0, len(said) - len(kept))] += 1
    print(f"{times} processes killed, {handed_over} turns handed over")
    for turns, count in sorted(missing.items()):
        print(f"{turns} of the last turns missing: {count} times")


def _killed_after(life_s: float, folder: str) -> list[str]:
    command = [sys.executable, "-m", "tests.history.caller_that_dies", folder]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    said = [process.stdout.readline()]
    try:
        process.wait(life_s)
    except subprocess.TimeoutExpired:
        process.kill()
    said += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    return [line.strip() for line in said]


if __name__ == "__main__":
    main()
