"""TURN servers that work, refuse, stay silent or are mistyped; and that no credential is shown."""

from pydantic import SecretStr

from tests.checks.fake_turn import CREDENTIAL, USERNAME, fake_turn
from voice.checks.finding import State
from voice.checks.turn import check_turn
from voice.settings_values import IceServer

SOON_S = 0.3


def server(port: int, credential: str = CREDENTIAL) -> IceServer:
    return IceServer(urls=f"turn:127.0.0.1:{port}", username=USERNAME, credential=SecretStr(credential))


async def test_none_is_fine_on_localhost() -> None:
    found = await check_turn([])
    assert found.state is State.FINE
    assert "No TURN server is set" in found.measured


async def test_a_stun_server_is_named_and_is_no_relay() -> None:
    found = await check_turn([IceServer(urls=["stun:stun.example.org"])])
    assert "stun.example.org:3478" in found.measured
    assert "No TURN server is set" in found.measured


async def test_a_relay_address_is_got_and_given_back() -> None:
    async with fake_turn() as turn:
        found = await check_turn([server(turn.port)])
        assert turn.allocations == 0
    assert found.state is State.FINE
    assert f"127.0.0.1:{turn.port}: relay candidate in " in found.measured


async def test_a_wrong_credential_is_named_and_shown_nowhere() -> None:
    async with fake_turn() as turn:
        found = await check_turn([server(turn.port, "canary-wrong")])
    assert found.state is State.FAILED
    assert "refused with 401 Unauthorized" in found.measured
    assert "VOICE_ICE_SERVERS" in found.cure
    assert "canary" not in repr(found)


async def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    async with fake_turn(silent=True) as turn:
        found = await check_turn([server(turn.port)], timeout_s=SOON_S)
    assert found.state is State.FAILED
    assert "no answer" in found.measured


async def test_a_spare_server_that_fails_only_wants_attention() -> None:
    async with fake_turn() as good, fake_turn(silent=True) as silent:
        found = await check_turn([server(good.port), server(silent.port)], timeout_s=SOON_S)
    assert found.state is State.ATTENTION
    assert f"127.0.0.1:{silent.port}: no answer" in found.measured


async def test_a_malformed_address_is_told() -> None:
    found = await check_turn([IceServer(urls="turn//example.org")])
    assert found.state is State.FAILED
    assert "malformed" in found.measured
