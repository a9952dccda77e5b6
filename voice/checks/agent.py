"""Whether the agent answers: opens its socket, measures, closes. It never configures a session, so none
begins and none is billed.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

from voice.call.endpoint import Endpoint
from voice.call.event_log import EventLog
from voice.call.link import Link, open_link
from voice.call.redaction import Redactor
from voice.checks.finding import Finding, failed, fine
from voice.protocol.errors import (
    AgentUnreachable,
    ConnectionLost,
    VoiceAgentError,
    from_close_reason,
    from_session_error,
)
from voice.protocol.server_events import BareError, SessionError

FindAgent = Callable[[], Awaitable[Endpoint]]

_PINGS = 3
# A refused key is told at once after the socket has opened (the service, 2026-09).
REFUSAL_S = 1.0
_BROKEN = (
    "the connection broke without a good-bye (close code 1006)",
    "A proxy, a firewall or a VPN on the way may cut WebSockets: let wss through to this address.",
)
_UNREACHABLE = "Check that the address is right (VOICE_AGENT_URL) and that this machine may connect to it."
_CLOSES = {
    1000: ("it closed the connection at once (close code 1000)", "Try again in a minute."),
    1006: _BROKEN,
    1008: (
        "it refused the connection by its policy (close code 1008)",
        "Most often the key is the cause: see the check of the key.",
    ),
    1011: ("it failed on its side (close code 1011)", "Try again in a minute."),
    1012: ("it is just restarting (close code 1012)", "Try again in a minute."),
    1013: ("it has no free line right now (close code 1013)", "Try again in a minute."),
}


async def check_agent(find_agent: FindAgent, *, refusal_s: float = REFUSAL_S) -> Finding:
    """Open a socket to the agent as a call would. Listens `refusal_s` seconds for a refusal."""
    try:
        endpoint = await find_agent()
    except VoiceAgentError as error:
        return failed(error.sentence, error.next_step)
    began = time.monotonic()
    try:
        link = await open_link(endpoint, EventLog(Redactor(()), clock=time.monotonic))
    except AgentUnreachable as error:
        return failed(f"{endpoint.name} can't be reached: {error.code or 'no answer'}.", _UNREACHABLE)
    except VoiceAgentError as error:
        return failed(error.sentence, error.next_step)
    opened_ms = 1000 * (time.monotonic() - began)
    try:
        return await _examine(link, endpoint, opened_ms, refusal_s)
    finally:
        await link.close()


async def _examine(link: Link, endpoint: Endpoint, opened_ms: float, refusal_s: float) -> Finding:
    name = endpoint.name
    try:
        round_trip_ms = 1000 * statistics.median([await link.round_trip_s() for _ in range(_PINGS)])
    except ConnectionLost:
        round_trip_ms = None
    error = await _refusal(link, endpoint, refusal_s)
    if error is not None:
        return failed(f"{name} answers, but: {error.sentence} (code {error.code})", error.next_step)
    if round_trip_ms is None or link.close_code is not None:
        what, cure = _CLOSES.get(
            link.close_code or 1006, (f"it closed the connection (close code {link.close_code})", _BROKEN[1])
        )
        return failed(f"{name} answers, but {what}.", cure)
    return fine(f"{name} answers: opened in {opened_ms:.0f} ms, round trip {round_trip_ms:.1f} ms.")


async def _refusal(link: Link, endpoint: Endpoint, within_s: float) -> VoiceAgentError | None:
    """The error the agent said, if it did. An agent with nothing against us stays silent."""
    try:
        async with asyncio.timeout(within_s):
            async for event in link.receive():
                if isinstance(event, SessionError | BareError):
                    return from_session_error(event, endpoint.refusal)
    except TimeoutError:
        return None
    return from_close_reason(link.close_reason, endpoint.refusal)
