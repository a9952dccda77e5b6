"""The Sessions API: who sees which session, what is told of it and when, its files, and forgetting it."""

import httpx
import msgspec
import pytest

from tests.agent.archive.support import artifact, finished, hung_up, sessions_api
from tests.agent.conftest import StartAgent
from tests.support.agent_client import agent_client, health
from tests.support.agent_server import TurnableClock
from tests.support.service_shapes import assert_fits
from voice.agent.quirks import Quirks
from voice.agent.server import AgentOptions
from voice.protocol.stored_sessions import FullSession, SessionPage, Timeline

pytestmark = pytest.mark.virtual_time

KEY, OTHER_KEY = "key-of-the-tests", "key-of-somebody-else"
ENVELOPE = {"code", "message", "param", "request_id", "errors", "detail"}


async def held(url: str, key: str | None = None) -> str:
    """A session that was begun and ended; gives its id."""
    async with agent_client(url, key) as client:
        await client.start(system_prompt="Be kind.")
        return await hung_up(client)


def refusal(response: httpx.Response) -> tuple[int, str, str | None]:
    body = response.json()
    assert set(body) == ENVELOPE
    assert body["errors"] == [{"message": body["message"], "param": body["param"]}]
    assert body["detail"] == body["message"]
    return response.status_code, body["code"], body["param"]


async def test_a_running_session_is_told_as_such_and_can_not_be_deleted(start_agent: StartAgent) -> None:
    url = start_agent()
    async with agent_client(url) as client, sessions_api(url) as http:
        session_id = (await client.start())["session_id"]
        body = (await http.get(f"/v1/sessions/{session_id}")).json()
        assert_fits(body, "session")
        assert (body["status"], body["artifacts"]) == ("created", [])
        assert body["duration_seconds"] is body["ended_at"] is body["public_close_reason"] is None
        assert refusal(await http.delete(f"/v1/sessions/{session_id}")) == (409, "conflict", None)
        await hung_up(client)


async def test_a_finished_session_tells_how_it_ran_and_can_be_deleted(start_agent: StartAgent) -> None:
    url = start_agent()
    session_id = await held(url)
    async with sessions_api(url) as http:
        session = await finished(http, session_id)
        full = msgspec.convert(session, FullSession)
        assert (full.status, full.public_close_reason, full.is_over) == ("completed", "client_end", True)
        assert full.duration_seconds is not None
        assert full.config is not None
        assert full.config["system_prompt"] == "Be kind."
        assert [a.type for a in full.artifacts] == ["audio", "timeline", "metadata"]
        assert_fits((await artifact(http, session, "metadata")).json(), "metadata")
        (listed,) = (await http.get("/v1/sessions")).json()["sessions"]
        assert listed == {name: session[name] for name in listed}
        deleted = await http.delete(f"/v1/sessions/{session_id}")
        assert (deleted.status_code, deleted.content) == (204, b"")
        for method in ("GET", "DELETE"):
            assert refusal(await http.request(method, f"/v1/sessions/{session_id}"))[0] == 404
        assert (await http.get("/v1/sessions")).json()["sessions"] == []
        assert (await artifact(http, session, "audio")).status_code == 404
    assert (await health(url))["kept_bytes"] == 0


async def test_files_appear_a_little_after_the_end_and_their_addresses_die_after_an_hour(
    start_agent: StartAgent,
) -> None:
    clock = TurnableClock()
    url = start_agent(AgentOptions(clock=clock, quirks=Quirks(artifacts_delay_s=7)))
    session_id = await held(url)
    async with sessions_api(url) as http:
        assert (await http.get(f"/v1/sessions/{session_id}")).json()["artifacts"] == []
        clock.advance(7)
        session = await finished(http, session_id)
        timeline = msgspec.json.decode((await artifact(http, session, "timeline")).content, type=Timeline)
        assert timeline.session_id == session_id
        clock.advance(3599)
        assert (await artifact(http, session, "audio")).status_code == 200
        clock.advance(1)
        assert refusal(await artifact(http, session, "audio")) == (403, "forbidden", None)


async def test_an_address_opens_its_own_file_only(start_agent: StartAgent) -> None:
    url = start_agent()
    first, second = await held(url), await held(url)
    async with sessions_api(url) as http:
        audio = httpx.URL((await finished(http, first))["artifacts"][0]["url"])
        await finished(http, second)
        for path in (f"/v1/artifacts/{second}/audio", f"/v1/artifacts/{first}/timeline"):
            assert (await http.get(audio.copy_with(path=path))).status_code == 403
        later = audio.params["expires"][:-1] + "9" * 3
        for changed in ({"expires": later}, {"signature": "ü"}, {"expires": ""}, {"signature": "0" * 64}):
            assert (await http.get(audio.copy_merge_params(changed))).status_code == 403
        assert (await http.get(audio.copy_with(query=None))).status_code == 403


async def test_a_part_of_a_file_can_be_asked_for(start_agent: StartAgent) -> None:
    url = start_agent()
    session_id = await held(url)
    async with sessions_api(url) as http:
        audio = (await finished(http, session_id))["artifacts"][0]["url"]
        whole = await http.get(audio)
        assert whole.headers["content-type"] == "audio/ogg"
        assert whole.headers["accept-ranges"] == "bytes"
        part = await http.get(audio, headers={"range": "bytes=4-9"})
        assert (part.status_code, part.content) == (206, whole.content[4:10])
        assert part.headers["content-range"] == f"bytes 4-9/{len(whole.content)}"
        beyond = await http.get(audio, headers={"range": f"bytes={len(whole.content)}-"})
        assert beyond.status_code == 416
        assert (await http.head(audio)).headers["content-length"] == str(len(whole.content))


async def test_a_key_sees_the_sessions_of_its_account_only(start_agent: StartAgent) -> None:
    url = start_agent(AgentOptions(api_keys=(KEY, OTHER_KEY)))
    mine = await held(url, KEY)
    async with sessions_api(url, OTHER_KEY) as http:
        assert (await http.get("/v1/sessions")).json()["sessions"] == []
        for method in ("GET", "DELETE"):
            assert refusal(await http.request(method, f"/v1/sessions/{mine}")) == (404, "not_found", None)
    for key in (KEY, f"Bearer {KEY}"):
        async with sessions_api(url, key) as http:
            assert [found["id"] for found in (await http.get("/v1/sessions")).json()["sessions"]] == [mine]
    for bad in (None, "wrong", f"{KEY}x"):
        async with sessions_api(url, bad) as http:
            assert refusal(await http.get("/v1/sessions")) == (401, "unauthorized", None)
            assert refusal(await http.delete(f"/v1/sessions/{mine}"))[0] == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://example.com"},
        {"origin": "null"},
        {"origin": "http://["},
        {"host": "["},
        # A domain that was made to point to this machine: the browser takes the page for our own.
        {"host": "rebound.example.com:80"},
    ],
)
async def test_without_keys_pages_of_other_sites_see_nothing(agent_url: str, headers: dict[str, str]) -> None:
    session_id = await held(agent_url)
    async with sessions_api(agent_url, **headers) as http:
        for path in ("/v1/sessions", f"/v1/sessions/{session_id}"):
            assert refusal(await http.get(path)) == (403, "forbidden", None)
        assert (await http.delete(f"/v1/sessions/{session_id}")).status_code == 403
    async with sessions_api(agent_url, origin="http://localhost:8501") as http:
        answer = await http.get(f"/v1/sessions/{session_id}")
        assert answer.status_code == 200
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert (await http.options("/v1/sessions")).status_code == 405


async def test_the_list_goes_on_where_a_page_ended_the_newest_first(start_agent: StartAgent) -> None:
    url = start_agent()
    ids = [await held(url) for _ in range(5)]
    async with sessions_api(url) as http:
        seen: list[str] = []
        cursor, sizes = "", []
        while True:
            answer = await http.get("/v1/sessions", params={"limit": 2, "cursor": cursor})
            assert_fits(answer.json(), "session_list")
            page = msgspec.json.decode(answer.content, type=SessionPage)
            seen += [session.id for session in page.sessions]
            sizes.append(len(page.sessions))
            cursor = page.response_metadata.next_cursor
            assert page.has_more == bool(cursor)
            if not cursor:
                break
            # Neither what comes in front nor what goes shifts the next page.
            await held(url)
            await http.delete(f"/v1/sessions/{seen[-1]}")
    assert (seen, sizes) == (ids[::-1], [2, 2, 1])


async def test_the_list_can_be_narrowed(start_agent: StartAgent) -> None:
    url = start_agent()
    over = await held(url)
    async with agent_client(url) as client, sessions_api(url) as http:
        running = (await client.start())["session_id"]

        async def ids(**query: str) -> list[str]:
            return [s["id"] for s in (await http.get("/v1/sessions", params=query)).json()["sessions"]]

        assert await ids() == [running, over]
        assert await ids(status="created") == [running]
        assert await ids(status="completed") == [over]
        assert await ids(agent_id="agent_1") == []
        await hung_up(client)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1/sessions?limit=0", (422, "validation_error", "limit")),
        ("GET", "/v1/sessions?limit=201", (422, "validation_error", "limit")),
        ("GET", "/v1/sessions?limit=many", (422, "validation_error", "limit")),
        ("GET", f"/v1/sessions?limit={'9' * 5000}", (422, "validation_error", "limit")),
        ("GET", "/v1/sessions?cursor=%C3%BC", (422, "validation_error", "cursor")),
        ("GET", f"/v1/sessions?cursor={'M' * 9000}", (422, "validation_error", "cursor")),
        ("GET", "/v1/sessions/sess_0", (404, "not_found", None)),
        ("GET", "/v1/session", (404, "not_found", None)),
        ("POST", "/v1/sessions", (405, "method_not_allowed", None)),
        ("PUT", "/v1/sessions/sess_0", (405, "method_not_allowed", None)),
    ],
)
async def test_what_is_wrong_is_refused_in_one_form(
    agent_url: str, method: str, path: str, expected: tuple[int, str, str | None]
) -> None:
    async with sessions_api(agent_url) as http:
        assert refusal(await http.request(method, path)) == expected


async def test_a_session_can_be_held_without_keeping_its_sound(agent_url: str) -> None:
    session_id = await held(f"{agent_url}?record=false")
    async with sessions_api(agent_url) as http:
        session = await finished(http, session_id)
        assert [found["type"] for found in session["artifacts"]] == ["timeline"]
