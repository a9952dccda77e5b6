"""Calls to keep, for tests."""

import threading
import time
from typing import Any

from voice.history.entries import Begun, Ended, Entry, Figures, SessionBegan, TurnPut
from voice.history.keeper import Keeper
from voice.history.records import CallRecord, Speaker, TurnRecord
from voice.history.store import Store

BEGAN = 1_700_000_000.0
ME = "somebody"
DEADLINE_S = 20


def a_call(id_: str = "call-0001", owner: str = ME, **fields: Any) -> CallRecord:
    values: dict[str, Any] = {"id": id_, "owner": owner, "started_at": BEGAN, "voice": "alba"}
    return CallRecord(**values | fields)


def a_turn(number: int, text: str, speaker: Speaker = "user", **fields: Any) -> TurnRecord:
    at = BEGAN + number
    values: dict[str, Any] = {"call_id": "call-0001", "number": number, "speaker": speaker, "text": text}
    return TurnRecord(**values | {"started_at": at, "ended_at": at + 0.5} | fields)


def keep(
    store: Store, call: CallRecord | None = None, *texts: str, over: bool = True, more: tuple[Entry, ...] = ()
) -> str:
    """Keep a call with these turns, alternately of person and agent."""
    call = call or a_call()
    store.write(call.id, [Begun(call)], call.started_at)
    for number, text in enumerate(texts, 1):
        speaker: Speaker = "user" if number % 2 else "agent"
        turn = a_turn(number, text, speaker, call_id=call.id)
        store.write(call.id, [TurnPut(number, turn)], call.started_at + number)
    store.write(call.id, [Figures(voice=call.voice, turn_count=len(texts)), *more], call.started_at + 60)
    if over:
        store.write(call.id, [Ended(call.started_at + 60, "hung_up")], call.started_at + 60)
    return call.id


def keep_at_service(store: Store, call_id: str = "call-0001", *ids: str, **fields: Any) -> str:
    """Keep a call at AssemblyAI that is just over, with sessions of these ids; `sess_1` without any."""
    now = time.time()
    values: dict[str, Any] = {"agent": "assemblyai", "started_at": now - 60} | fields
    known = ids or ("sess_1",)
    began = [SessionBegan(number, id_, now - 60) for number, id_ in enumerate(known, 1)]
    figures = Figures(session_id=known[-1], turn_count=2)
    return keep(store, a_call(call_id, **values), "Hello?", "Hello.", more=(*began, figures))


def drained(keeping: Keeper) -> None:
    """Wait until the thread has written what was handed over before."""
    done = threading.Event()

    def tell() -> tuple[Entry, ...]:
        done.set()
        return ()

    assert keeping.put("nobody", tell, BEGAN, timeout_s=DEADLINE_S)
    assert done.wait(DEADLINE_S)
