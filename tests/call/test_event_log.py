"""What a call notes of its messages: folded, bounded, without audio and without secrets."""

import itertools
import json
from typing import Any

import msgspec
import pytest

from voice.call import event_log
from voice.call.event_log import Entry, EventLog
from voice.call.redaction import REDACTED, Redactor
from voice.protocol.client_events import ClientEvent, InputAudio, SessionUpdate, ToolResult
from voice.protocol.codec import decode_server, encode
from voice.protocol.config import SessionPatch

KEY = "canary-key-0123456789"
CHUNK = InputAudio(audio=bytes(960))


class Clock:
    """Epoch seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(clock: Clock) -> EventLog:
    return EventLog(Redactor((KEY,)), clock=clock)


def receive(log: EventLog, type_: str, **fields: object) -> None:
    receive_text(log, json.dumps({"type": type_, **fields}))


def receive_text(log: EventLog, text: str) -> None:
    log.received(decode_server(text), text)


def send(log: EventLog, event: ClientEvent) -> None:
    log.sent(event, encode(event))


def entries(log: EventLog) -> tuple[Entry, ...]:
    return tuple(sorted(log.changes().entries, key=lambda entry: entry.n))


def body(entry: Entry) -> dict[str, Any]:
    return dict(json.loads(entry.json))


def test_an_entry_says_way_time_type_kind_and_content(log: EventLog, clock: Clock) -> None:
    send(log, SessionUpdate(session=SessionPatch(system_prompt="Be brief.")))
    clock.now += 1.25
    receive(log, "tool.call", call_id="c1", name="add", arguments={"a": 1})
    log.own("hang up", {})
    update, call, own = entries(log)
    assert (update.n, update.way, update.type, update.kind) == (1, "sent", "session.update", "session")
    assert body(update) == {"type": "session.update", "session": {"system_prompt": "Be brief."}}
    assert (call.at_ms, call.way, call.kind, call.summary) == (1250, "received", "tool", "add {a}")
    assert (own.way, own.type, own.kind) == ("own", "hang up", "own")


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("input.speech.started", "transcript"),
        ("transcript.user", "transcript"),
        ("reply.done", "reply"),
        ("session.ended", "session"),
        ("session.error", "error"),
        ("reply.error", "error"),
        ("weather.changed", "other"),
    ],
)
def test_each_type_has_a_kind(log: EventLog, type_: str, kind: str) -> None:
    receive(log, type_, text="x", reply_id="r", session_id="s")
    assert entries(log)[0].kind == kind


def test_audio_of_both_ways_is_counted_and_not_kept(log: EventLog, clock: Clock) -> None:
    for _ in range(50):
        send(log, CHUNK)
        receive(log, "reply.audio", reply_id="r1", data="AAAA" * 160)
        clock.now += 0.02
    mine, theirs = entries(log)
    assert (mine.type, mine.messages, body(mine)["bytes"], body(mine)["ms"]) == (
        "input.audio",
        50,
        48_000,
        1000,
    )
    assert body(theirs) == {
        "type": "reply.audio",
        "reply_id": "r1",
        "messages": 50,
        "bytes": 24_000,
        "ms": 500,
    }
    assert (mine.at_ms, mine.until_ms) == (0, 980)
    assert "AAAA" not in theirs.json


def test_the_words_of_a_reply_are_joined_and_the_last_of_an_utterance_is_kept(log: EventLog) -> None:
    for index, word in enumerate(["It ", "is ", "four."]):
        receive(log, "transcript.agent.delta", reply_id="r1", delta=word, start_ms=index, end_ms=index + 1)
        receive(log, "transcript.user.delta", item_id="m1", text="so far " * (index + 1))
    agent, user = entries(log)
    assert body(agent) | {"item_id": ""} == {
        "type": "transcript.agent.delta",
        "reply_id": "r1",
        "item_id": "",
        "messages": 3,
        "delta": "It is four.",
        "start_ms": 0,
        "end_ms": 3,
    }
    assert body(user)["text"] == "so far so far so far "


def test_a_run_ends_where_something_else_happens_and_with_its_reply(log: EventLog) -> None:
    receive(log, "reply.audio", reply_id="r1", data="AAAA")
    receive(log, "reply.audio", reply_id="r2", data="AAAA")
    receive(log, "input.speech.started")
    receive(log, "reply.audio", reply_id="r2", data="AAAA")
    assert [entry.type for entry in entries(log)] == [
        "reply.audio",
        "reply.audio",
        "input.speech.started",
        "reply.audio",
    ]


def test_made_up_reply_ids_keep_no_more_runs_open_than_a_few(log: EventLog) -> None:
    for number in range(100):
        receive(log, "reply.audio", reply_id=f"r{number}", data="AAAA")
    assert len(log._runs) <= 8


def test_only_what_is_new_or_has_grown_is_given_again(log: EventLog) -> None:
    receive(log, "reply.started", reply_id="r1")
    send(log, CHUNK)
    first = log.changes()
    assert log.changes(first.cursor).entries == ()
    send(log, CHUNK)
    receive(log, "reply.audio", reply_id="r1", data="AAAA")
    second = log.changes(first.cursor)
    assert [(entry.n, entry.messages) for entry in second.entries] == [(2, 2), (3, 1)]
    receive(log, "reply.done", reply_id="r1")
    assert [entry.n for entry in log.changes(second.cursor).entries] == [4]


def test_a_long_log_is_given_in_pieces_that_make_up_the_whole(log: EventLog) -> None:
    for number in range(25):
        log.own(f"event {number}", {})
        send(log, CHUNK)
    seen: dict[int, Entry] = {}
    cursor = 0
    for _ in itertools.count():
        changes = log.changes(cursor, limit=7)
        assert len(changes.entries) <= 7
        seen |= {entry.n: entry for entry in changes.entries}
        cursor = changes.cursor
        if not changes.more:
            break
    assert [seen[n] for n in sorted(seen)] == list(entries(log))


def test_the_oldest_go_when_there_are_too_many(log: EventLog) -> None:
    for number in range(event_log.MAX_ENTRIES + 10):
        log.own(f"event {number}", {})
    changes = log.changes()
    assert changes.first == 11
    assert len(changes.entries) == event_log.MAX_ENTRIES


def test_the_oldest_go_when_they_are_too_large(log: EventLog) -> None:
    for _ in range(300):
        receive(log, "transcript.agent", text="x" * 15_000)
    assert sum(len(entry.json) for entry in entries(log)) <= event_log.MAX_KEPT_CHARS
    assert log.changes().first > 1


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "long " * 20_000},
        {"config": {"system_prompt": "x" * 50_000}},
        {f"field {number}": "x" * 400 for number in range(300)},
        {"text": "x" * 300_000},
    ],
)
def test_a_large_message_is_cut_and_stays_json(log: EventLog, fields: dict[str, Any]) -> None:
    receive(log, "weather.changed", **fields)
    (entry,) = entries(log)
    assert len(entry.json) <= 16_000
    assert isinstance(body(entry), dict)
    assert len(entry.summary) <= 160


@pytest.mark.parametrize("text", ["not JSON", "[]", '{"type": 7}', '{"type": "reply.audio"}', "[" * 5_000])
def test_what_is_malformed_is_noted_as_an_error(log: EventLog, text: str) -> None:
    receive_text(log, text)
    (entry,) = entries(log)
    assert (entry.kind, entry.way) == ("error", "received")
    assert "malformed" in body(entry)


def test_no_secret_gets_in(log: EventLog) -> None:
    receive(log, "session.ready", session_id="s1", resume_token="canary-resume")  # noqa: S106 - a canary
    receive(log, "session.updated", config={"system_prompt": f"Say canary-resume or {KEY}"})
    receive(log, "transcript.user", text=f"my key is {KEY}")
    for part in (KEY[:7], KEY[7:]):
        receive(log, "transcript.agent.delta", reply_id="r1", delta=part)
    receive(log, "transcript.user.delta", item_id="m1", text="x" * 7_990 + KEY * 10)
    receive(log, "reply.audio", reply_id=KEY, data="AAAA")
    receive(log, KEY)
    send(log, ToolResult(call_id="c1", result=json.dumps({"token": KEY})))
    send(log, SessionUpdate(session=SessionPatch(system_prompt=f"Bearer {KEY}")))
    log.own("failed", {"sentence": KEY})
    shown = msgspec.json.encode(log.changes()).decode()
    assert "canary" not in shown
    assert shown.count(REDACTED) >= 9
