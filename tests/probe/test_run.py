"""Whole runs against the local agent as it is, and runs that are cut short."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.probe.support import KEY, TwoRegions, bench_at, probed, quick_models
from tests.support.rewriting import Event, Wire
from voice.agent.models import load_models
from voice.call.endpoint import Endpoint
from voice.call.redaction import Redactor
from voice.call.sample_person import read_script
from voice.probe.bench import Bench
from voice.probe.report import as_json, passed, report_of
from voice.probe.rows import ROWS, Verdict
from voice.probe.run import run_probe
from voice.probe.speech import CLIP, WORDS
from voice.probe.target import Target
from voice.probe.words import plain_words
from voice.service.sessions_api import SessionsApi

pytestmark = pytest.mark.virtual_time

ALL = {row.id for row in ROWS}
NEED_A_KEY = {
    "wrong_key_refused",
    "wrong_key_no_token",
    "key_opens",
    "token_opens",
    "resume_by_key",
    "resume_by_token",
}


async def test_the_local_agent_is_as_expected_in_every_row() -> None:
    models = load_models()
    try:
        run = await probed(models)
    finally:
        models.shut_down()
    assert run.which(Verdict.SAME) == ALL, run.seen
    assert passed(run.bench)
    assert len(run.bench.deleted) == len(run.bench.sessions) > 0


async def test_so_it_is_when_calls_use_temporary_tokens() -> None:
    run = await probed(quick_models(), auth="token")
    assert run.which(Verdict.SAME) == ALL, run.seen


async def test_without_a_key_what_needs_one_does_not_apply() -> None:
    run = await probed(quick_models(), key=None)
    assert run.which(Verdict.NOT_APPLICABLE) == NEED_A_KEY
    assert run.which(Verdict.SAME) == ALL - NEED_A_KEY, run.seen
    assert passed(run.bench)


class Reaches(TwoRegions):
    """Tells when the client sends an event of a type, or asks for the list of sessions."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.reached = asyncio.Event()

    def to_agent(self, event: Event, wire: Wire) -> Event | None:
        if event["type"] == self._what:
            self.reached.set()
        return event

    def answer(self, method: str, path: str, status: int, body: Any) -> tuple[int, Any]:
        if path.endswith(self._what):
            self.reached.set()
        return super().answer(method, path, status, body)


@pytest.mark.parametrize(
    "what",
    [
        "session.update",
        "input.audio",
        "conversation.message",
        "tool.result",
        "session.resume",
        "session.end",
        "/v1/sessions",
    ],
)
async def test_a_run_that_is_stopped_ends_and_deletes_its_sessions(what: str) -> None:
    switch = Reaches(what)
    async with bench_at(quick_models(), switch) as (bench, api):
        run = asyncio.create_task(run_probe(bench, lambda: api, lambda _scene: None))
        await switch.reached.wait()
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        after = SessionsApi(bench.target.endpoint, "The agent")
        page = await asyncio.to_thread(after.listed, after.places[0], Everything())
        after.close()
    assert page == frozenset()
    assert set(bench.deleted) == set(bench.sessions)
    assert not passed(bench)


class Everything(frozenset[str]):
    """Holds any id."""

    def __contains__(self, _item: object) -> bool:
        return True


class Quotes(TwoRegions):
    """An agent that repeats the key in everything it says, among characters that a terminal obeys."""

    async def to_client(self, event: Event, wire: Wire) -> None:
        for name in ("message", "text", "delta", "code"):
            if name in event:
                event[name] = f"\x1b[2J{KEY}\n{event[name]}"
        await wire.tell(event)


async def test_what_an_agent_says_brings_no_secret_and_no_control_character_into_the_report() -> None:
    run = await probed(quick_models(), Quotes())
    report = as_json(report_of(run.bench, datetime.now(UTC))).decode()
    assert KEY not in report
    assert "[redacted]" in report
    assert all(text.isprintable() for text in run.seen.values())
    plain = json.loads(report)
    assert plain["passed"] is False
    assert {line["id"] for line in plain["results"]} == ALL
    assert plain["sessions"] == run.bench.sessions
    assert plain["not_deleted"] == []


async def test_an_agent_that_is_not_there_is_said_at_once() -> None:
    endpoint = Endpoint("ws://127.0.0.1:9/v1/ws", "ws://127.0.0.1:9/v1/ws")
    bench = Bench(Target(endpoint, None, None), Redactor(()))
    await run_probe(bench, lambda: SessionsApi(endpoint, "The agent"), lambda _scene: None)
    assert {r.verdict for r in bench.results.values() if r.row.relied_on} <= {
        Verdict.NOT_TESTED,
        Verdict.NOT_APPLICABLE,
    }
    assert "can't be reached" in bench.results["first_update"].seen
    assert not passed(bench)


class Broken(TwoRegions):
    """Sends what no client can read in place of some events."""

    async def to_client(self, event: Event, wire: Wire) -> None:
        await wire.tell(event if event["type"].startswith("session.") else {"type": event["type"], "x": [1]})


async def test_unreadable_events_fail_rows_and_not_the_run() -> None:
    run = await probed(quick_models(), Broken())
    assert set(run.seen) == ALL
    assert "session_end" in run.which(Verdict.SAME)
    assert "greeting_audio" in run.which(Verdict.DIFFERS)
    assert not any("the check itself failed" in seen for seen in run.seen.values())


def test_the_clip_says_what_is_looked_for() -> None:
    (line,) = [line for line in read_script() if line.clip == CLIP]
    assert WORDS in plain_words(line.text)
