"""What is asked of the service, what must not be sent to it, and what its answers are called."""

import contextlib
import io
import logging
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.support.fake_service import (
    API,
    EU_API,
    FILES,
    KEY,
    LIST,
    PEEK,
    PLACES,
    SERVICE_URL,
    US_API,
    FakeService,
)
from tests.support.service_shapes import captured
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


def test_a_session_is_looked_for_in_both_regions_and_asked_for_again_where_it_was(
    api: SessionsApi, service: FakeService
) -> None:
    service.region = "us"
    assert api.get("sess_1").id == "sess_1"
    assert service.said() == [f"GET {place}/sess_1" for place in PLACES]
    api.get("sess_1")
    assert service.said()[3:] == [f"GET {US_API}/sess_1"]
    assert all(request.headers["Authorization"] == f"Bearer {KEY}" for request in service.asked)


def test_no_session_is_said_to_be_gone_before_both_regions_said_so(
    api: SessionsApi, service: FakeService
) -> None:
    problem = problem_of(lambda: api.get("sess_9"))
    assert (problem.reason, problem.sentence) == (
        "gone",
        "Neither region of AssemblyAI knows session sess_9.",
    )
    peeks = [f"GET {place}{PEEK}" for place in PLACES]
    assert service.said() == [*(f"GET {place}/sess_9" for place in PLACES), *peeks]
    service.answers[f"GET {US_API}/sess_9"] = lambda _: answering(503)
    problem = problem_of(lambda: api.get("sess_9"))
    assert problem.reason == "unreachable"
    assert problem.sentence == "AssemblyAI (agents.us.assemblyai.com) failed (status 503)."


@pytest.mark.parametrize("place", PLACES)
def test_a_404_says_nothing_where_the_key_is_not_taken(
    api: SessionsApi, service: FakeService, place: str
) -> None:
    # The service answers 404 to a wrong key, too.
    service.answers[f"GET {place}{PEEK}"] = lambda _: answering(404)
    assert problem_of(lambda: api.get("sess_9")).reason == "refused"
    service.answers[f"GET {place}{PEEK}"] = lambda _: answering(401)
    assert problem_of(lambda: api.get("sess_9")).reason == "refused"


@pytest.mark.parametrize(
    "url",
    [
        "wss://my.example/v1/ws",
        "wss://agents.assemblyai.com.my.example/v1/ws",
        "wss://agents.assemblyai.com:8443/v1/ws",
        "wss://somebody:agents.assemblyai.com@my.example/v1/ws",
        "ws://agents.assemblyai.com/v1/ws",
    ],
)
def test_the_key_goes_to_no_host_but_the_one_that_is_set(service: FakeService, url: str) -> None:
    api = api_of(service, url)
    for ask in (lambda: api.get("sess_9"), lambda: api.delete("sess_9")):
        with contextlib.suppress(ServiceProblem):
            ask()
    hosts = {request.url.host for request in service.asked}
    assert hosts == {httpx.URL(url).host}
    api.close()


@pytest.mark.parametrize(
    ("url", "order"),
    [
        ("wss://agents.assemblyai.com/v1/ws", (API, EU_API, US_API)),
        ("wss://agents.us.assemblyai.com/v1/ws", (US_API, EU_API)),
        ("wss://agents.eu.assemblyai.com/v1/ws", (EU_API, US_API)),
    ],
)
def test_the_host_that_is_set_is_asked_first(service: FakeService, url: str, order: tuple[str, ...]) -> None:
    api = api_of(service, url)
    assert api.places == order
    assert api.delete("sess_9") is None
    assert service.said() == [f"DELETE {place}/sess_9" for place in order]
    api.close()


def test_a_session_is_deleted_in_the_region_that_knows_it(api: SessionsApi, service: FakeService) -> None:
    assert api.delete("sess_1") == API
    service.timelines["sess_2"] = service.deleted["sess_1"]
    service.region = "us"
    assert api.delete("sess_2") == US_API


def test_a_list_is_read_to_its_end(api: SessionsApi, service: FakeService) -> None:
    timeline = service.timelines["sess_1"]
    service.timelines = {f"sess_{number}": timeline for number in range(5)}
    service.page_size = 2
    assert api.listed(API, {"sess_4", "sess_0", "sess_9"}) == {"sess_0", "sess_4"}
    assert service.said() == [f"GET {API}{LIST}{cursor}" for cursor in ("", "&cursor=2", "&cursor=4")]


def test_the_pages_of_a_captured_list_are_read(api: SessionsApi, service: FakeService) -> None:
    cursor = "eyJiZWZvcmUiOiJzZXNzXzVkMGMifQ%3D%3D"
    service.answers[f"GET {API}{LIST}"] = lambda _: answering(200, captured("session_list"))
    service.answers[f"GET {API}{LIST}&cursor={cursor}"] = lambda _: answering(
        200, captured("session_list_last")
    )
    ids = {"sess_5d0c2b7f94e14a6f8a3be7d1c0462e91", "sess_07e9b1d2c3a44f5e8d6c7b8a90112233", "sess_0"}
    assert api.listed(API, ids) == ids - {"sess_0"}


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        # It says that there is more and not where, or names the page that it just gave.
        (b'{"sessions": [], "has_more": true, "response_metadata": {"next_cursor": null}}', "strange"),
        (b'{"sessions": [], "has_more": true, "response_metadata": {"next_cursor": "1"}}', "strange"),
        (
            b'{"sessions": [], "has_more": true, "response_metadata": {"next_cursor": "%s"}}'
            % (b"1" * 9_000),
            "strange",
        ),
        (b'{"sessions": [{"id": null}]}', "strange"),
    ],
)
def test_a_list_whose_end_can_not_be_reached_is_told(
    api: SessionsApi, service: FakeService, page: bytes, reason: str
) -> None:
    for cursor in ("", "&cursor=1"):
        service.answers[f"GET {API}{LIST}{cursor}"] = lambda _: answering(200, page)
    assert problem_of(lambda: api.listed(API, {"sess_1"})).reason == reason


@pytest.mark.parametrize("page", [b"{}", b'{"sessions": null, "has_more": null, "response_metadata": null}'])
def test_a_list_that_leaves_everything_out_is_empty(
    api: SessionsApi, service: FakeService, page: bytes
) -> None:
    service.answers[f"GET {API}{LIST}"] = lambda _: answering(200, page)
    assert api.listed(API, {"sess_1"}) == frozenset()


def test_a_list_that_is_too_long_is_told(
    api: SessionsApi, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions_api, "MAX_PAGES", 2)
    service.timelines = dict.fromkeys((f"sess_{number}" for number in range(5)), service.timelines["sess_1"])
    service.page_size = 2
    assert "more than 400 sessions" in problem_of(lambda: api.listed(API, {"sess_4"})).sentence


@pytest.mark.parametrize("status", ["completed", "created"])
def test_a_captured_session_is_understood(api: SessionsApi, service: FakeService, status: str) -> None:
    service.answers[f"GET {API}/sess_1"] = lambda _: answering(200, captured(f"session_{status}"))
    session = api.get("sess_1")
    assert session.is_over is (status == "completed")
    assert [artifact.type for artifact in session.artifacts] == (
        ["audio", "timeline", "metadata"] if status == "completed" else []
    )


def test_nulls_are_fields_left_out_and_a_file_without_an_address_is_not_there_yet(
    api: SessionsApi, service: FakeService
) -> None:
    body = b"""\xef\xbb\xbf{"id": "sess_1", "status": null, "ended_at": null, "config": {"greeting": null},
        "artifacts": [null, {"type": "audio", "url": null}, {"type": null, "url": "https://files.example/a"}]}"""
    service.answers[f"GET {API}/sess_1"] = lambda _: answering(200, body)
    session = api.get("sess_1")
    assert (session.status, session.is_over, session.config) == ("", False, {"greeting": None})
    assert session.artifact("audio") is session.artifact("timeline") is None


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, "refused"),
        (403, "refused"),
        (409, "open"),
        (429, "unreachable"),
        (503, "unreachable"),
        (302, "strange"),
        (400, "strange"),
        (418, "strange"),
        (422, "strange"),
    ],
)
def test_every_status_has_its_sentence(
    api: SessionsApi, service: FakeService, status: int, reason: str
) -> None:
    service.answers[f"DELETE {API}/sess_1"] = lambda _: answering(status, location=f"{API}/sess_2")
    assert problem_of(lambda: api.delete("sess_1")).reason == reason
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"id": 7}',
        b'{"id": null}',
        b'{"id": "\xff"}',
        '{"id": "sess_1"}'.encode("utf-16"),
        b"[" * 100_000,
        b"x" * 6_000_000,
    ],
)
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
    assert (
        "has expired or is not valid (status 403)" in problem_of(lambda: fetch(api, f"{FILES}/old")).sentence
    )


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
