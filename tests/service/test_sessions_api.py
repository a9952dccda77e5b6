"""What is asked of the service, what must not be sent to it, and what its answers are called."""

import io
import logging
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.support.fake_service import API, FILES, KEY, SERVICE_URL, FakeService
from voice.call.endpoint import Endpoint
from voice.service import sessions_api
from voice.service.problems import ServiceProblem, Stopped
from voice.service.sessions_api import SessionsApi

LIMIT_BYTES = 1_000


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def api(service: FakeService) -> Iterator[SessionsApi]:
    opened = api_of(service)
    yield opened
    opened.close()


def api_of(service: FakeService, url: str = SERVICE_URL, tokens_from: str | None = None) -> SessionsApi:
    return SessionsApi(Endpoint(url, url, key=KEY, token_url=tokens_from), "AssemblyAI", service.transport)


def fetch(api: SessionsApi, address: str, limit_bytes: int = LIMIT_BYTES) -> bytes:
    out = io.BytesIO()
    api.fetch(address, out, limit_bytes, lambda _came, _total: None)
    return out.getvalue()


def answering(status: int, content: bytes = b"", **headers: str) -> httpx.Response:
    return httpx.Response(status, content=content, headers=headers)


def problem_of(ask: Callable[[], object]) -> ServiceProblem:
    with pytest.raises(ServiceProblem) as told:
        ask()
    assert told.value.next_step
    assert KEY not in str(told.value)
    assert "signed-canary" not in str(told.value)
    assert told.value.__cause__ is None
    return told.value


def test_a_session_is_asked_for_with_the_key_and_its_files_without(
    api: SessionsApi, service: FakeService, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        audio = api.get("sess_1").artifact("audio")
        assert audio is not None
        assert fetch(api, audio.url) == service.sound
    assert service.said() == [f"GET {API}/sess_1", f"GET {FILES}/sess_1/audio"]
    asked, fetched = service.asked
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(fetched.headers.raw)
    assert "signed-canary" not in caplog.text
    assert KEY not in caplog.text


def test_a_deleted_session_is_asked_for_again_and_must_be_gone(
    api: SessionsApi, service: FakeService
) -> None:
    assert api.delete("sess_1") is True
    assert service.said() == [f"DELETE {API}/sess_1", f"GET {API}/sess_1"]


def test_a_session_that_is_still_there_after_its_deletion_is_told(
    api: SessionsApi, service: FakeService
) -> None:
    service.answers[f"DELETE {API}/sess_1"] = lambda _: answering(204)
    assert problem_of(lambda: api.delete("sess_1")).reason == "still_there"


def test_what_the_service_does_not_know_is_gone_only_if_it_takes_the_key(
    api: SessionsApi, service: FakeService
) -> None:
    assert api.delete("sess_9") is False
    assert problem_of(lambda: api.get("sess_9")).reason == "gone"
    # This service says 404 to a wrong key as well.
    service.answers[f"GET {API}?limit=1"] = lambda _: answering(404)
    assert problem_of(lambda: api.delete("sess_9")).reason == "refused"
    service.answers[f"GET {API}?limit=1"] = lambda _: answering(401)
    assert problem_of(lambda: api.get("sess_9")).reason == "refused"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "refused"),
        (403, "refused"),
        (409, "open"),
        (429, "unreachable"),
        (503, "unreachable"),
        (302, "strange"),
        (422, "strange"),
    ],
)
def test_every_status_has_its_sentence(
    api: SessionsApi, service: FakeService, status: int, reason: str
) -> None:
    service.answers[f"DELETE {API}/sess_1"] = lambda _: answering(status, location=f"{API}/sess_2")
    assert problem_of(lambda: api.delete("sess_1")).reason == reason
    assert len(service.asked) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"id": 7}', b"[" * 100_000, b"x" * 6_000_000])
def test_an_answer_of_another_shape_is_told(api: SessionsApi, service: FakeService, body: bytes) -> None:
    service.answers[f"GET {API}/sess_1"] = lambda _: answering(200, body)
    assert problem_of(lambda: api.get("sess_1")).reason == "strange"


def test_a_service_that_can_not_be_reached_is_told(api: SessionsApi, service: FakeService) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"no way to {request.url}")

    service.answers[f"GET {API}/sess_1"] = broken
    assert problem_of(lambda: api.get("sess_1")).reason == "unreachable"


@pytest.mark.parametrize("id_", ["", "../agents/a", "a/b", "a?b=c", "..", "a b", "é", "x" * 201])
def test_what_is_no_id_goes_nowhere(api: SessionsApi, service: FakeService, id_: str) -> None:
    assert problem_of_no_cure(lambda: api.delete(id_)).reason == "strange"
    assert service.asked == []


def problem_of_no_cure(ask: Callable[[], object]) -> ServiceProblem:
    with pytest.raises(ServiceProblem) as told:
        ask()
    return told.value


@pytest.mark.parametrize(
    "address",
    [
        "http://files.example/a",
        "http://127.0.0.1:9/a",
        "file:///etc/passwd",
        "ftp://files.example/a",
        "//files.example/a",
        "https://",
        "https://[bad",
        "",
    ],
)
def test_a_file_is_asked_for_over_https_only(api: SessionsApi, service: FakeService, address: str) -> None:
    assert "not safe" in problem_of(lambda: fetch(api, address)).sentence
    assert service.asked == []


def test_an_agent_on_this_machine_may_name_files_on_this_machine_and_no_others(service: FakeService) -> None:
    api = api_of(service, "ws://127.0.0.1:9/v1/ws")
    service.answers["GET http://127.0.0.1:9/a"] = lambda _: answering(200, b"here")
    assert fetch(api, "http://127.0.0.1:9/a") == b"here"
    assert "not safe" in problem_of(lambda: fetch(api, "http://files.example/a")).sentence
    api.close()


def test_a_file_may_be_elsewhere_but_not_anywhere(api: SessionsApi, service: FakeService) -> None:
    def moved_to(address: str) -> None:
        service.answers[f"GET {FILES}/moved"] = lambda _: answering(302, location=address)

    moved_to(f"{FILES}/sess_1/audio")
    assert fetch(api, f"{FILES}/moved") == service.sound
    assert not any("Authorization" in request.headers for request in service.asked)
    for place in ("http://files.example/x", "file:///etc/passwd", "http://169.254.169.254/"):
        moved_to(place)
        assert "not safe" in problem_of(lambda: fetch(api, f"{FILES}/moved")).sentence
    moved_to(f"{FILES}/moved")
    assert problem_of(lambda: fetch(api, f"{FILES}/moved")).reason == "strange"


def test_a_file_that_is_too_large_is_left_there(api: SessionsApi, service: FakeService) -> None:
    address = f"{FILES}/large"
    service.answers[f"GET {address}"] = lambda _: answering(200, bytes(LIMIT_BYTES + 1))
    assert "more than" in problem_of_no_cure(lambda: fetch(api, address)).sentence

    def endless(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=iter([bytes(600)] * 1_000))

    service.answers[f"GET {address}"] = endless
    assert "more than" in problem_of_no_cure(lambda: fetch(api, address)).sentence


def test_a_file_that_is_cut_on_its_way_is_told(api: SessionsApi, service: FakeService) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"OggS"
        raise httpx.RemoteProtocolError("peer closed connection")

    service.answers[f"GET {FILES}/cut"] = lambda _: httpx.Response(200, content=pieces())
    assert "before the whole file" in problem_of(lambda: fetch(api, f"{FILES}/cut")).sentence


def test_an_address_that_is_not_good_any_more_is_told(api: SessionsApi, service: FakeService) -> None:
    service.answers[f"GET {FILES}/old"] = lambda _: answering(403)
    assert "did not give it (status 403)" in problem_of(lambda: fetch(api, f"{FILES}/old")).sentence


def test_whoever_fetches_can_stop_it(api: SessionsApi, service: FakeService) -> None:
    def stop(_came: int, _total: int | None) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        api.fetch(f"{FILES}/sess_1/audio", io.BytesIO(), LIMIT_BYTES, stop)


def test_an_answer_that_never_ends_is_given_up(
    api: SessionsApi, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_api, "_LONGEST_FETCH_S", 0.0)
    service.answers[f"GET {FILES}/slow"] = lambda _: answering(200, b"OggS")
    assert problem_of(lambda: fetch(api, f"{FILES}/slow")).reason == "unreachable"


def test_an_agent_that_only_gets_tokens_does_not_get_the_key(service: FakeService) -> None:
    api = api_of(service, "wss://my.example/v1/ws", tokens_from="https://agents.assemblyai.com/v1/token")
    assert "VOICE_AGENT_AUTH" in problem_of(lambda: api.get("sess_1")).next_step
    assert service.asked == []
    api.close()


def test_an_address_of_another_form_is_told(service: FakeService) -> None:
    api = api_of(service, "wss://my.example/agent")
    assert "VOICE_AGENT_URL" in problem_of(lambda: api.get("sess_1")).next_step
    assert service.asked == []
    api.close()
