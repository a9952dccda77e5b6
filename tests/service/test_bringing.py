"""What the service keeps of a call is brought in, and whatever goes wrong on the way loses nothing."""

import errno
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.history.samples import ME, a_call, keep, keep_at_service
from tests.support.fake_service import FILES, KEY, FakeService, a_service_turn, a_timeline
from tests.support.service_shapes import captured
from voice.history.export import FORMATS, export
from voice.history.records import FullCall
from voice.history.store import Store
from voice.protocol.stored_sessions import Timeline, TimelineToolCall, decoded
from voice.service import files
from voice.service.bringing import SETTLED_AFTER_S, Bringing, Brought
from voice.service.desk import ServiceDesk
from voice.service.sessions_api import SessionsApi

DEADLINE_S = 20


def over(job: Bringing) -> Bringing:
    assert job.wait(DEADLINE_S)
    return job


def brought(desk: ServiceDesk, call_id: str = "call-0001") -> list[Brought]:
    result = over(desk.bring_in(ME, call_id)).result
    assert result is not None
    return result


def kept(store: Store, call_id: str = "call-0001") -> FullCall:
    full = store.full_call(ME, call_id)
    assert full is not None
    return full


def leftovers(store: Store) -> list[str]:
    folder = store.recording_path("call-0001").parent
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_recording_and_timeline_of_every_session_lie_beside_the_call_afterwards(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    service.timelines["sess_2"] = a_timeline("sess_2")
    keep_at_service(store, "call-0001", "sess_1", "sess_2")
    assert brought(desk) == [Brought(number=number, has_sound=True, has_timeline=True) for number in (1, 2)]
    full = kept(store)
    assert [session.timeline for session in full.sessions] == [a_timeline("sess_1"), a_timeline("sess_2")]
    assert all(session.has_sound and session.brought_at for session in full.sessions)
    assert store.service_recording_path("call-0001", 2).read_bytes() == service.sound
    assert leftovers(store) == ["call-0001.service-1.ogg", "call-0001.service-2.ogg"]
    store.delete(ME, "call-0001")
    assert leftovers(store) == []


def test_what_is_not_ready_yet_is_waited_for(
    desk: ServiceDesk, store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_at_service(store)
    service.ready = False
    job = desk.bring_in(ME, "call-0001")
    paused = threading.Event()
    pause = job.pause

    def pausing(for_s: float) -> None:
        paused.set()
        pause(for_s)

    monkeypatch.setattr(job, "pause", pausing)
    assert paused.wait(DEADLINE_S)
    assert desk.bring_in(ME, "call-0001") is job
    assert "ready" in job.doing
    service.ready = True
    assert over(job).result == [Brought(number=1, has_sound=True, has_timeline=True)]


def test_no_secret_comes_in_with_a_timeline(desk: ServiceDesk, store: Store, service: FakeService) -> None:
    called = TimelineToolCall(name="look", arguments={"api_key": "hidden-canary"}, result=f"with {KEY}")
    turn = a_service_turn(agent_text=f"I was told {KEY}.", tool_calls=[called])
    service.timelines["sess_1"] = a_timeline("sess_1", turn)
    keep_at_service(store)
    brought(desk)
    exported = export(kept(store), FORMATS["json"]).decode()
    assert "I was told" in exported
    assert "canary" not in exported


def test_a_captured_timeline_is_kept_as_the_service_gave_it(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    content = captured("timeline")
    service.answers[f"GET {FILES}/sess_1/timeline"] = lambda _: httpx.Response(200, content=content)
    keep_at_service(store)
    assert brought(desk) == [Brought(number=1, has_sound=True, has_timeline=True)]
    timeline = kept(store).sessions[0].timeline
    assert timeline == decoded(content, Timeline)
    assert timeline.turns[1].tool_calls[0].arguments == {"day": "tomorrow", "place": None}


def test_a_session_of_the_other_region_is_brought_in_from_there(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    service.region = "us"
    keep_at_service(store)
    assert brought(desk) == [Brought(number=1, has_sound=True, has_timeline=True)]


@pytest.mark.parametrize("region", ["eu", "us"])
def test_a_call_made_in_a_region_is_asked_for_at_the_usual_address(
    desk: ServiceDesk, store: Store, service: FakeService, region: str
) -> None:
    service.region = region
    keep_at_service(store, agent_url=f"wss://agents.{region}.assemblyai.com/v1/ws")
    assert brought(desk) == [Brought(number=1, has_sound=True, has_timeline=True)]


@pytest.mark.usefixtures("impatient")
def test_what_does_not_become_ready_is_told(desk: ServiceDesk, store: Store, service: FakeService) -> None:
    keep_at_service(store)
    service.ready = False
    (one,) = brought(desk)
    assert one.problem is not None
    assert one.problem.reason == "not_ready"
    service.live = True
    (one,) = brought(desk)
    assert one.problem is not None
    assert one.problem.reason == "open"


@pytest.mark.usefixtures("impatient")
def test_a_session_without_a_recording_brings_its_timeline(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    keep_at_service(store)
    service.sound = None
    (one,) = brought(desk)
    assert (one.has_timeline, one.has_sound) == (True, False)
    assert "no recording" in str(one.problem)
    assert kept(store).sessions[0].timeline is not None


def test_an_old_call_is_not_waited_for(desk: ServiceDesk, store: Store, service: FakeService) -> None:
    keep_at_service(store, started_at=time.time() - SETTLED_AFTER_S - 120)
    service.ready = False
    (one,) = brought(desk)
    assert "no files" in str(one.problem)


def test_what_is_gone_there_does_not_take_away_what_was_brought_in(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    keep_at_service(store)
    brought(desk)
    del service.timelines["sess_1"]
    (one,) = brought(desk)
    assert one.problem is not None
    assert one.problem.reason == "gone"
    assert kept(store).sessions[0].has_sound
    assert kept(store).sessions[0].timeline is not None


@pytest.mark.parametrize(
    "sound", [b"", b"<html>no such file</html>", b"OggS\0", b"#EXTM3U\nfile:///etc/passwd\n"]
)
def test_a_damaged_recording_is_not_kept_and_its_timeline_is(
    desk: ServiceDesk, store: Store, service: FakeService, sound: bytes
) -> None:
    keep_at_service(store)
    service.sound = sound
    (one,) = brought(desk)
    assert (one.has_timeline, one.has_sound) == (True, False)
    assert "damaged" in str(one.problem)
    assert leftovers(store) == []


def test_where_nothing_came_nothing_is_said_to_have_been_brought_in(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    keep_at_service(store)
    for kind in ("audio", "timeline"):
        service.answers[f"GET {FILES}/sess_1/{kind}"] = lambda _: httpx.Response(403)
    (one,) = brought(desk)
    assert "has expired or is not valid (status 403)" in str(one.problem)
    assert kept(store).sessions[0].brought_at is None


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b'{"turns": [{"turn_id": 7}]}', b"\xff", b'{"session_id": "\xff"}', b"[" * 100_000],
)
def test_a_damaged_timeline_is_told_and_the_recording_kept(
    desk: ServiceDesk, store: Store, service: FakeService, content: bytes
) -> None:
    keep_at_service(store)
    service.answers[f"GET {FILES}/sess_1/timeline"] = lambda _: httpx.Response(200, content=content)
    (one,) = brought(desk)
    assert (one.has_timeline, one.has_sound) == (False, True)
    assert "damaged" in str(one.problem)
    assert kept(store).sessions[0].has_sound


def test_a_cut_download_leaves_the_former_recording(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    keep_at_service(store)
    brought(desk)
    before = store.service_recording_path("call-0001", 1).read_bytes()

    def cut(_request: httpx.Request) -> httpx.Response:
        def pieces() -> Iterator[bytes]:
            yield b"OggS"
            raise httpx.ReadError("gone")

        return httpx.Response(200, content=pieces())

    service.answers[f"GET {FILES}/sess_1/audio"] = cut
    (one,) = brought(desk)
    assert "before the whole file" in str(one.problem)
    assert store.service_recording_path("call-0001", 1).read_bytes() == before
    assert leftovers(store) == ["call-0001.service-1.ogg"]


def test_a_full_disk_is_told(
    desk: ServiceDesk, store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: SessionsApi, address: str, *_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    keep_at_service(store)
    timeline = a_timeline()
    monkeypatch.setattr(SessionsApi, "fetch", full)
    monkeypatch.setattr("voice.service.bringing.fetch_timeline", lambda *_: timeline)
    (one,) = brought(desk)
    assert "disk of the recordings is full" in str(one.problem)


def test_a_file_over_the_limit_is_told(
    desk: ServiceDesk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_at_service(store)
    monkeypatch.setattr(files, "MAX_AUDIO_BYTES", 10)
    (one,) = brought(desk)
    assert "more than" in str(one.problem)
    assert leftovers(store) == []


def test_stopped_it_ends_and_leaves_nothing(desk: ServiceDesk, store: Store, service: FakeService) -> None:
    keep_at_service(store)
    service.ready = False
    job = desk.bring_in(ME, "call-0001")
    job.stop()
    over(job)
    assert job.result is None
    assert job.problem is None
    assert leftovers(store) == []


def test_a_call_that_is_deleted_meanwhile_gets_nothing_back(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    keep_at_service(store)

    def delete(_request: httpx.Request) -> httpx.Response:
        store.delete(ME, "call-0001")
        return httpx.Response(200, content=service.sound or b"")

    service.answers[f"GET {FILES}/sess_1/audio"] = delete
    (one,) = brought(desk)
    assert "deleted here meanwhile" in str(one.problem)
    assert leftovers(store) == []


def test_another_persons_call_is_not_brought_in(
    desk: ServiceDesk, store: Store, service: FakeService
) -> None:
    keep_at_service(store, owner="ann")
    assert "not there" in str(over(desk.bring_in(ME, "call-0001")).problem)
    assert service.asked == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"agent": "local"}, "local agent kept this call in its memory only"),
        ({"agent": "other", "agent_url": "wss://my.example/v1/ws"}, "Set VOICE_AGENT_URL as it was then"),
        ({"agent_url": "wss://agents.staging.assemblyai.com/v1/ws"}, "one at another address"),
        ({"imported": True}, "was imported"),
    ],
)
def test_a_call_of_another_agent_or_of_another_person_is_not_asked_for(
    desk: ServiceDesk, store: Store, service: FakeService, fields: dict[str, Any], told: str
) -> None:
    keep_at_service(store, **fields)
    assert told in str(over(desk.bring_in(ME, "call-0001")).problem)
    assert service.asked == []


def test_a_call_that_never_had_a_session_brings_nothing(desk: ServiceDesk, store: Store) -> None:
    keep(store, a_call(agent="assemblyai"))
    assert brought(desk) == []


def test_no_more_than_some_can_wait(
    desk: ServiceDesk, store: Store, service: FakeService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("voice.service.background.MAX_JOBS", 1)
    service.ready = False
    keep_at_service(store)
    keep_at_service(store, "call-0002")
    desk.bring_in(ME, "call-0001")
    with pytest.raises(Exception, match="Too much"):
        desk.bring_in(ME, "call-0002")
