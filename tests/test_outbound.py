"""Which proxy is used for an address, and that the same one is used for HTTP and for WebSockets."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.fake_proxy import fake_proxy
from tests.support.scripted_agent import ScriptedAgent, scripted_agent
from tests.support.starting import start_in
from voice import outbound
from voice.agent.brain.base import Conversation
from voice.agent.brain.chat import FAILED, ChatBrain
from voice.agent.brain_choice import choose_brain
from voice.call.endpoint import Endpoint, mint_token
from voice.call.event_log import EventLog
from voice.call.link import open_link
from voice.call.redaction import Redactor
from voice.outbound import OutboundProblem, check_outbound, is_loopback, proxy_for
from voice.protocol.errors import AgentUnreachable
from voice.service.problems import ServiceProblem
from voice.service.sessions_api import SessionsApi

# httpcore leaves the connection of a failed SOCKS handshake to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

# A name that only the proxy knows.
NAME = "agents.example.test"
HOSTS = [NAME, "example.test", "notexample.test", "10.1.2.3", "[fd07:b51a:cc66:f0::7]"]
PROXY = "http://proxy.test:3128"
ASKED = Conversation(system_prompt="", tools=(), messages=())
SCHEMES = ["http", "socks5", "socks5h", "socks"]


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    start_in(tmp_path, monkeypatch)
    outbound._read.cache_clear()
    outbound._trusted.cache_clear()
    yield
    outbound._read.cache_clear()
    outbound._trusted.cache_clear()
    gc.collect()


def set_environment(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """As for a process that starts now."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    outbound._read.cache_clear()
    outbound._trusted.cache_clear()


@asynccontextmanager
async def http_server(body: str) -> AsyncIterator[int]:
    """Answers every request with `body`; gives its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


def new_log() -> EventLog:
    return EventLog(Redactor(()), clock=lambda: 0.0)


async def conversation_over(url: str) -> None:
    """Open a socket to a scripted agent and have one message come through each way."""
    link = await open_link(Endpoint(url, "the agent"), new_log())
    assert [type(event).__name__ async for event in link.receive()] == ["SessionReady"]
    await link.close()


async def ready_and_over(agent: ScriptedAgent) -> None:
    await agent.say("session.ready", session_id="s", config={}, expires_at=0, resume_token="")
    await agent.socket.close()


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("http://proxy.test:3128", "http://proxy.test:3128"),
        (" http://proxy.test:3128/ \n", "http://proxy.test:3128"),
        ("proxy.test:3128", "http://proxy.test:3128"),
        ("proxy.test", "http://proxy.test:80"),
        ("me:can%40ary@proxy.test:1", "http://me:can%40ary@proxy.test:1"),
        ("http://me:can@ary@proxy.test:1", "http://me:can%40ary@proxy.test:1"),
        ("http://me@proxy.test:1", "http://me:@proxy.test:1"),
        ("https://proxy.test", "https://proxy.test:443"),
        ("HTTP://PROXY.test:1", "http://proxy.test:1"),
        ("http://[::1]:3128", "http://[::1]:3128"),
        ("http://b\u00fccher.test:1", "http://xn--bcher-kva.test:1"),
        ("socks5h://127.0.0.1:9", "socks5h://127.0.0.1:9"),
        ("socks5://proxy.test", "socks5h://proxy.test:1080"),
        ("socks://proxy.test:1/", "socks5h://proxy.test:1"),
    ],
)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_is_understood_in_each_of_its_spellings(
    name: str, value: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, **{name: value})
    check_outbound()
    assert proxy_for(f"wss://{NAME}/v1/ws") == proxy_for(f"https://{NAME}/v1/token") == address


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("http://proxy.test:canary", "its port must be a number from 1 to 65535"),
        ("http://proxy.test:99999", "its port must be a number from 1 to 65535"),
        ("http://proxy.test:0", "its port must be a number from 1 to 65535"),
        ("http://::1:3128", "it names no host"),
        ("http://me:can#ary@proxy.test", "nothing may follow the port"),
        ("http://me:can/ary@proxy.test", "nothing may follow the port"),
        ("http://proxy.test/canary.pac", "nothing may follow the port"),
        ("socks4://canary:1", "its kind must be http, https or socks5h"),
        ("ftp://canary", "its kind must be http, https or socks5h"),
        ("://canary", "its kind must be http, https or socks5h"),
        ("http://", "it names no host"),
        ("http://can_ary%", "it names no host"),
        ("http://can ary", "it has a space or a control character in it"),
        ("http://can\udcffary", "it has a space or a control character in it"),
        ("http://[canary", "it is malformed; in a password, write @ : / # as %40 %3A %2F %23"),
        ("http://me:%ff@canary", "it is malformed"),
        (f"http://{'canary' * 20}.test", "it is malformed"),
        (f"http://me:{'canary' * 50}@proxy.test", "its user name or password is too long"),
    ],
)
@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_cant_be_used_is_one_sentence_that_names_its_variable(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, **{name: value})
    with pytest.raises(OutboundProblem) as problem:
        check_outbound()
    told = str(problem.value)
    assert told.startswith(f"{name} is not a proxy that Parley can use: {said}")
    assert "canary" not in told
    assert problem.value.__cause__ is None


def test_a_blank_proxy_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, HTTPS_PROXY=" ", ALL_PROXY="")
    assert proxy_for(f"wss://{NAME}") is None


@pytest.mark.parametrize("value", ["", "/no/such/file", "{garbage}", "/dev"])
def test_certificates_that_cant_be_read_are_one_sentence(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("canary")
    set_environment(monkeypatch, SSL_CERT_FILE=value.format(garbage=garbage))
    if not value:
        check_outbound()
        return
    with pytest.raises(OutboundProblem, match="SSL_CERT_FILE does not name a file of certificates"):
        check_outbound()


@pytest.mark.parametrize(
    ("url", "variables", "used"),
    [
        ("http://a.test", {"HTTP_PROXY"}, "HTTP_PROXY"),
        ("http://a.test", {"HTTPS_PROXY"}, None),
        ("http://a.test", {"HTTP_PROXY", "ALL_PROXY"}, "HTTP_PROXY"),
        ("https://a.test", {"HTTP_PROXY"}, None),
        ("https://a.test", {"HTTPS_PROXY", "ALL_PROXY"}, "HTTPS_PROXY"),
        ("https://a.test", {"ALL_PROXY"}, "ALL_PROXY"),
        ("wss://a.test", {"HTTPS_PROXY", "ALL_PROXY"}, "HTTPS_PROXY"),
        ("wss://a.test", {"WSS_PROXY", "HTTPS_PROXY"}, "WSS_PROXY"),
        ("ws://a.test", {"HTTP_PROXY", "HTTPS_PROXY"}, "HTTP_PROXY"),
        ("ws://a.test", {"SOCKS_PROXY", "ALL_PROXY"}, "SOCKS_PROXY"),
        ("", {"ALL_PROXY"}, None),
        ("http://a.test:canary", {"ALL_PROXY"}, None),
    ],
)
def test_the_variable_for_the_scheme_counts_before_the_one_for_all(
    url: str, variables: set[str], used: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, **{name: f"{name.replace('_', '-')}.test" for name in variables})
    expected = None if used is None else f"{used.lower().replace('_', '-')}.test"
    found = proxy_for(url)
    assert (httpx.URL(found).host if found else None) == expected


@pytest.mark.parametrize(
    ("entry", "direct"),
    [
        ("example.test", {NAME, "example.test"}),
        (".example.test", {NAME, "example.test"}),
        ("*.example.test", {NAME, "example.test"}),
        (" other.test , EXAMPLE.test", {NAME, "example.test"}),
        ("other.test example.test", {NAME, "example.test"}),
        (f"{NAME}:443", {NAME}),
        (f"{NAME}:80", set()),
        (f"https://{NAME}", {NAME}),
        ("ample.test", set()),
        ("*", set(HOSTS)),
        ("a.test,*", set(HOSTS)),
        ("10.1.2.3", {"10.1.2.3"}),
        ("10.0.0.0/8", {"10.1.2.3"}),
        ("10.1.2.3/8", {"10.1.2.3"}),
        ("10.0.0.0/8:443", {"10.1.2.3"}),
        ("10.0.0.0/8:80", set()),
        ("fd07:b51a:cc66:f0::/64", {"[fd07:b51a:cc66:f0::7]"}),
        ("[fd07:b51a:cc66:f0::]/64", {"[fd07:b51a:cc66:f0::7]"}),
        ("fd07:b51a:cc66:00f0::7", {"[fd07:b51a:cc66:f0::7]"}),
        ("[fd07:b51a:cc66:f0::7]", {"[fd07:b51a:cc66:f0::7]"}),
        ("[fd07:b51a:cc66:f0::7]:443", {"[fd07:b51a:cc66:f0::7]"}),
        ("[fd07:b51a:cc66:f0::7]:80", set()),
        ("localhost,[::1]", set()),
        ("", set()),
        (",, [ ] ::/ 1/2/3 :: * .", set(HOSTS)),
        (f"[,]:,:,::1:9,/,{'9' * 5000}:{'9' * 5000}", set()),
    ],
)
def test_no_proxy_takes_names_ports_addresses_and_networks(
    entry: str, direct: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, ALL_PROXY=PROXY, NO_PROXY=entry)
    check_outbound()
    assert {host for host in HOSTS if proxy_for(f"wss://{host}/ws") is None} == direct
    assert {host for host in HOSTS if proxy_for(f"https://{host}/") is None} == direct


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.8.9.10"),
        *("[::1]", "[::]", "[::ffff:127.0.0.1]"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https", "ws", "wss"])
def test_this_machine_is_never_asked_for_through_a_proxy(
    host: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, HTTP_PROXY=PROXY, HTTPS_PROXY=PROXY, ALL_PROXY=PROXY)
    assert is_loopback(f"{scheme}://{host}:9/v1")
    assert proxy_for(f"{scheme}://{host}:9/v1") is None


@pytest.mark.parametrize("url", ["http://localhost.test", "http://127.0.0.1.test", "http://1.1.1.1", "", "x"])
def test_other_machines_are_not_this_one(url: str) -> None:
    assert not is_loopback(url)


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_call_goes_through_the_proxy_which_looks_the_name_up(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scripted_agent(ready_and_over) as stage:
        agent = httpx.URL(stage.url)
        assert agent.port is not None
        async with fake_proxy({f"{NAME}:80": agent.port}) as proxy:
            set_environment(monkeypatch, ALL_PROXY=f"{scheme}://127.0.0.1:{proxy.port}")
            await conversation_over(f"ws://{NAME}{agent.path}")
            assert proxy.asked == [f"{NAME}:80"]


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_token_goes_through_the_proxy_which_looks_the_name_up(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with http_server('{"token": "t"}') as port, fake_proxy({f"{NAME}:80": port}) as proxy:
        set_environment(monkeypatch, ALL_PROXY=f"{scheme}://127.0.0.1:{proxy.port}")
        assert await mint_token(f"http://{NAME}/v1/token", "key") == "t"
        assert proxy.asked == [f"{NAME}:80"]


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_proxy_gets_its_user_name_and_password(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fake_proxy() as proxy:
        set_environment(monkeypatch, ALL_PROXY=f"{scheme}://me:c%40n@127.0.0.1:{proxy.port}")
        for ask in (
            mint_token(f"https://{NAME}/", "key"),
            open_link(Endpoint(f"wss://{NAME}/ws", "a"), new_log()),
        ):
            with pytest.raises(AgentUnreachable):
                await ask
        assert proxy.credentials == ["Basic bWU6Y0Bu" if scheme == "http" else "me:c@n"] * 2


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_encrypted_addresses_go_through_the_proxy_and_a_refusal_is_told(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fake_proxy() as proxy:
        set_environment(monkeypatch, HTTPS_PROXY=f"{scheme}://127.0.0.1:{proxy.port}")
        with pytest.raises(AgentUnreachable) as refused:
            await open_link(Endpoint(f"wss://{NAME}/v1/ws", "the agent"), new_log())
        assert refused.value.code.startswith("the proxy ")
        with pytest.raises(AgentUnreachable) as unanswered:
            await mint_token(f"https://{NAME}/v1/token", "key")
        assert unanswered.value.code == "no answer through a proxy"
        api = SessionsApi(Endpoint(f"wss://{NAME}/v1/ws", "the agent"), "The agent")
        with pytest.raises(ServiceProblem, match="can't be reached"):
            await asyncio.to_thread(api.get, "sess_1")
        api.close()
        assert proxy.asked == [f"{NAME}:443"] * 3


@pytest.mark.parametrize(
    "garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0", b"\x05\xff", b"\x05\0\x05\x01"]
)
async def test_a_proxy_that_speaks_something_else_is_told_as_any_other_failure(
    garbage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fake_proxy(garbage=garbage) as proxy:
        set_environment(monkeypatch, ALL_PROXY=f"socks5h://127.0.0.1:{proxy.port}")
        with pytest.raises(AgentUnreachable, match="can't be reached"):
            await mint_token(f"https://{NAME}/v1/token", "key")
        with pytest.raises(AgentUnreachable, match="can't be reached"):
            await open_link(Endpoint(f"wss://{NAME}/v1/ws", "the agent"), new_log())
        api = SessionsApi(Endpoint(f"wss://{NAME}/v1/ws", "the agent"), "The agent")
        with pytest.raises(ServiceProblem, match="can't be reached"):
            await asyncio.to_thread(api.get, "sess_1")
        api.close()
        async with choose_brain({"VOICE_LLM_URL": f"https://{NAME}/v1", "VOICE_LLM_MODEL": "m"}) as brain:
            said = [item async for item in brain.reply(ASKED)]
        assert getattr(said[0], "text", None) == FAILED


async def test_nothing_on_this_machine_is_asked_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        fake_proxy() as proxy,
        scripted_agent(ready_and_over) as stage,
        http_server('{"token": "t"}') as port,
    ):
        address = f"127.0.0.1:{proxy.port}"
        set_environment(monkeypatch, HTTP_PROXY=address, HTTPS_PROXY=address, ALL_PROXY=address)
        await conversation_over(stage.url)
        assert await mint_token(f"http://localhost:{port}/v1/token", "key") == "t"
        api = SessionsApi(Endpoint(f"ws://127.0.0.1:{port}/v1/ws", "the agent"), "The agent")
        with pytest.raises(ServiceProblem):
            await asyncio.to_thread(api.get, "sess_1")
        api.close()
        async with choose_brain(
            {"VOICE_LLM_URL": f"http://localhost:{port}/v1", "VOICE_LLM_MODEL": "m"}
        ) as brain:
            assert isinstance(brain, ChatBrain)
            assert [item async for item in brain.reply(ASKED)]
        assert proxy.asked == []


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
async def test_the_local_agent_starts_with_a_proxy_that_cant_be_used(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    set_environment(monkeypatch, **{name: "http://canary:canary"})
    async with choose_brain({"VOICE_LLM_URL": f"https://{NAME}/v1", "VOICE_LLM_MODEL": "m"}) as brain:
        assert not isinstance(brain, ChatBrain)
    assert f"replying by rules: {name} is not a proxy" in caplog.text
    assert "canary" not in caplog.text
