"""Whether the TURN servers that are set give this machine a relay address. Shows hosts, never credentials."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aioice import stun, turn
from aiortc.rtcicetransport import parse_stun_turn_uri

from voice.checks.finding import Finding, attention, failed, fine
from voice.settings_values import IceServer

# Of more servers than these nobody would notice the last.
_MAX_TRIED = 8
# As long as aioice lets a server take when a call connects.
TIMEOUT_S = 5.0
_GOODBYE_S = 1.0
_MAX_WORDS_CHARS = 60
_CURE = (
    "Check the address, the user name and the credential in VOICE_ICE_SERVERS, "
    "and that this machine may reach the server."
)


@dataclass(frozen=True)
class _Relay:
    host: str
    port: int
    tls: bool
    transport: str
    username: str | None
    credential: str | None = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"


async def check_turn(servers: Sequence[IceServer], *, timeout_s: float = TIMEOUT_S) -> Finding:
    """Ask each TURN server for a relay address, all at once."""
    try:
        relays, others = _sorted(servers)
    except ValueError:
        return failed(
            "An address in VOICE_ICE_SERVERS is malformed.", "Write it as turn:host:port or stun:host:port."
        )
    if not relays:
        also = f" ({', '.join(others)} only tells addresses)" if others else ""
        return fine(f"No TURN server is set{also}. On this machine and in one network none is needed.")
    outcomes = await asyncio.gather(*(_try(relay, timeout_s) for relay in relays[:_MAX_TRIED]))
    lines = (f"{relay.name}: {words}" for relay, (_, words) in zip(relays, outcomes, strict=False))
    said = "; ".join(lines) + "."
    if not outcomes[0][0]:
        # aiortc asks only the first one when a call connects.
        return failed(f"No relay candidate from the first server, which is the one used. {said}", _CURE)
    return fine(said) if all(good for good, _ in outcomes) else attention(said, _CURE)


def _sorted(servers: Sequence[IceServer]) -> tuple[list[_Relay], list[str]]:
    """TURN servers, and the names of those that only tell addresses. Raises `ValueError`."""
    relays: list[_Relay] = []
    others: list[str] = []
    for server in servers:
        for uri in [server.urls] if isinstance(server.urls, str) else server.urls:
            parsed: dict[str, Any] = parse_stun_turn_uri(uri)
            if parsed["scheme"].startswith("stun"):
                others.append(f"{parsed['host']}:{parsed['port']}")
                continue
            relays.append(
                _Relay(
                    host=parsed["host"],
                    port=parsed["port"],
                    tls=parsed["scheme"] == "turns",
                    transport=parsed["transport"],
                    username=server.username,
                    credential=server.credential.get_secret_value() if server.credential else None,
                )
            )
    return relays, others


class _Goodbye(asyncio.DatagramProtocol):
    """Tells when the relay address was given back."""

    def __init__(self) -> None:
        self.over = asyncio.Event()

    def connection_lost(self, _exc: Exception | None) -> None:
        self.over.set()


async def _try(relay: _Relay, timeout_s: float) -> tuple[bool, str]:
    """Whether it gave a relay address, and how it went."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(timeout_s):
            transport, protocol = await turn.create_turn_endpoint(
                _Goodbye,
                server_addr=(relay.host, relay.port),
                username=relay.username,
                password=relay.credential,
                ssl=relay.tls,
                transport=relay.transport,
            )
    except TimeoutError:
        return False, f"no answer within {timeout_s:.0f} s"
    except stun.TransactionFailed as refusal:
        code, words = refusal.response.attributes.get("ERROR-CODE", ("no code", ""))
        return False, f"refused with {code} {words[:_MAX_WORDS_CHARS]}".rstrip()
    except (OSError, stun.TransactionError):
        return False, "no answer"
    took_ms = 1000 * (time.monotonic() - began)
    transport.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(protocol.over.wait(), _GOODBYE_S)
    return True, f"relay candidate in {took_ms:.0f} ms"
