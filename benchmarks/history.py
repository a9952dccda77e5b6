"""How quick the history is with many calls: list, search, open, a turn's commit, size and memory.

`python -m benchmarks.history [calls]` makes a SQLite database in a temporary folder, 10 000 calls of 20 turns
unless told otherwise, and prints a table. With VOICE_DATABASE_URL set, it fills an empty PostgreSQL database.
"""

import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from voice.history import writing
from voice.history.entries import Begun, TurnPut
from voice.history.records import CallRecord, Filters, FullCall, Order, Speaker, TurnRecord
from voice.history.store import Store

CALLS, TURNS = 10_000, 20
OWNER = "somebody"
BEGAN = 1_700_000_000.0
ROUNDS = 15
_PER_TRANSACTION = 500
# Word n of a language is about n times rarer than its first.
_SYLLABLES = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "io", "u")]
WORDS = [syllable + end for syllable in _SYLLABLES for end in ("ng", "sk", "l", "rt", "m")]
WEIGHTS = [1 / (rank + 1) for rank in range(len(WORDS))]
RARE = "serendipity"


def main() -> None:
    """Make them and print the table."""
    calls = int(sys.argv[1]) if sys.argv[1:] else CALLS
    with tempfile.TemporaryDirectory() as folder:
        store = Store(os.environ.get("VOICE_DATABASE_URL"), Path(folder))
        _timed_once("open an empty database", store.open)
        _timed_once(f"make {calls} calls, {calls * TURNS} turns", lambda: fill(store, calls))
        if not os.environ.get("VOICE_DATABASE_URL"):
            print(f"{'on disk':44} {sum(f.stat().st_size for f in Path(folder).iterdir()) / 1e6:8.1f} MB")
        store.close()
        _timed_once("open it again", store.open)
        print(f"{store.version}; {ROUNDS} rounds each: median and slowest")
        measure(store, calls)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{'memory of the process at its largest':44} {peak_mb:8.1f} MB")
        store.close()


def fill(store: Store, calls: int) -> None:
    """Calls of made-up words, one an hour."""
    chance = random.Random(7)  # noqa: S311 - the same calls every time
    for first in range(0, calls, _PER_TRANSACTION):
        with store._connection(writes=True) as connection:  # noqa: SLF001 - in bulk: one by one takes minutes
            for index in range(first, min(first + _PER_TRANSACTION, calls)):
                writing.write_whole(connection, a_call(chance, index))


def a_call(chance: random.Random, index: int) -> FullCall:
    """One call, with figures of every kind."""
    id_, at = f"call-{index:08}", BEGAN + 3_600 * index
    said = tuple(_turn(chance, id_, number, at) for number in range(1, TURNS + 1))
    call = CallRecord(
        id=id_,
        owner=OWNER,
        started_at=at,
        ended_at=at + 6 * TURNS,
        how_ended=chance.choice(["hung_up", "failed", "idle"]),
        voice=chance.choice(["alba", "vera"]),
        persona=chance.choice(["Parley", "Tutor"]),
        agent="local",
        cost_usd=chance.random(),
        median_latency_ms=chance.randint(300, 1_500),
        interruptions=chance.randint(0, 5),
        turn_count=TURNS,
        title=RARE if index % 1_000 == 0 else "",
        config={"system_prompt": "Be brief. " * 20},
    )
    return FullCall(call, said)


def _turn(chance: random.Random, id_: str, number: int, at: float) -> TurnRecord:
    speaker: Speaker = "user" if number % 2 else "agent"
    split = {"turn_id": "agent-1", "asked": "speech", "total_ms": 700, "agent_ms": 600}
    return TurnRecord(
        call_id=id_,
        number=number,
        speaker=speaker,
        text=" ".join(chance.choices(WORDS, WEIGHTS, k=12)),
        started_at=at + 6 * number,
        ended_at=at + 6 * number + 5,
        latency=None if speaker == "user" else split,
    )


def measure(store: Store, calls: int) -> None:
    """What a person waits for."""
    orders: tuple[Order, ...] = ("newest", "longest", "slowest")
    for order in orders:
        _timed(f"list the first 50, {order}", partial(store.list_calls, OWNER, order=order))
    _timed("list the last 50", lambda: store.list_calls(OWNER, offset=calls - 50))
    _timed(
        "list with filters",
        lambda: store.list_calls(OWNER, filters=Filters(voices=("vera",), agents=("local",))),
    )
    _timed(f"search a word of 1 in 1000 ({RARE})", lambda: store.list_calls(OWNER, RARE))
    _timed(f"search the commonest word ({WORDS[0]})", lambda: store.list_calls(OWNER, WORDS[0]))
    _timed("search by its first two letters", lambda: store.list_calls(OWNER, WORDS[0][:2]))
    _timed("search three words", lambda: store.list_calls(OWNER, " ".join(WORDS[:3])))
    _timed("search what is nowhere", lambda: store.list_calls(OWNER, "xyzzy"))
    _timed("what there is to filter by", lambda: store.choices(OWNER))
    _timed("open a call", lambda: store.full_call(OWNER, f"call-{calls // 2:08}"))
    running = CallRecord(id="call-that-runs", owner=OWNER, started_at=BEGAN)
    store.write(running.id, [Begun(running)], BEGAN)
    turn = _turn(random.Random(1), running.id, 1, BEGAN)  # noqa: S311 - no secret
    _timed("commit a turn", lambda: store.write(running.id, [TurnPut(1, turn)], BEGAN))
    _timed("rename a call", lambda: store.rename(OWNER, f"call-{calls // 2:08}", "Another title"))


def _timed(what: str, work: Callable[[], object]) -> None:
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(1_000 * (time.perf_counter() - began))
    print(f"{what:44} {statistics.median(took):8.1f} ms {max(took):8.1f} ms")


def _timed_once(what: str, work: Callable[[], object]) -> None:
    began = time.perf_counter()
    work()
    print(f"{what:44} {time.perf_counter() - began:8.2f} s")


if __name__ == "__main__":
    main()
