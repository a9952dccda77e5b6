"""One Setup page's checks in progress: each at most once at a time, and all ended when the page leaves."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from weakref import WeakSet

import msgspec
from starlette.websockets import WebSocketDisconnect

from voice.call.endpoint import Endpoint
from voice.call.line import Line
from voice.checks.finding import Finding, attention, failed, not_run
from voice.checks.media_probe import LIFE_S, MediaProbe, UnusableOfferError
from voice.checks.runner import SERVER_CHECKS, Surroundings, run_check
from voice.settings import load_settings
from voice.ui.checks.judges import JUDGES
from voice.ui.checks.media_judges import Candidates, MediaFacts, judge_media, judge_sound
from voice.ui.checks.service_check import ServiceCheck
from voice.ui.lifespan import history, switchboard

_log = logging.getLogger(__name__)

Send = Callable[[dict[str, object]], Awaitable[None]]

# A probe costs as much as a call while it lasts.
_MAX_PROBES = 4
_MEDIA, _SOUND, _SERVICE = "media", "sound", "service"
_probing: WeakSet[Line] = WeakSet()


class _Command(msgspec.Struct, frozen=True, tag_field="do"):
    pass


class Ping(_Command, frozen=True, tag="ping"):
    """Wants its number back at once."""

    n: int


class Run(_Command, frozen=True, tag="run"):
    """Wants one of the server's checks run."""

    check: str


class Judge(_Command, frozen=True, tag="judge"):
    """Brings what the browser measured for one of its checks."""

    check: str
    facts: msgspec.Raw


class Probe(_Command, frozen=True, tag="probe"):
    """Offers a media connection."""

    sdp: str


class Probed(_Command, frozen=True, tag="probed"):
    """Tells how that connection went."""

    facts: MediaFacts


class CheckService(_Command, frozen=True, tag="check_service"):
    """Wants the agent's service checked; the person has agreed to the cost."""


class StopService(_Command, frozen=True, tag="stop_service"):
    """Wants that check to end."""


AnyCommand = Ping | Run | Judge | Probe | Probed | CheckService | StopService


class Desk:
    """Belongs to Streamlit's loop. `close` must be called when the page has left."""

    def __init__(self, line: Line, send: Send) -> None:
        self.send = send
        self._line = line
        self._around = Surroundings(load_settings(), _find_agent, history())
        self._service = ServiceCheck(self._around.settings, _find_agent, send)
        # By the name of what runs, so at most one of each.
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._probed: asyncio.Future[MediaFacts] | None = None

    async def take(self, command: AnyCommand) -> None:
        """Do what the page asks. Raises `msgspec.ValidationError` or `KeyError` for what can't be asked."""
        match command:
            case Ping(n):
                await self.send({"pong": n})
            case Run(check):
                if check not in SERVER_CHECKS:
                    raise KeyError(check)
                self._begin(check, self._run(check))
            case Judge(check, facts):
                facts_type, judge = JUDGES[check]
                await self._tell(check, judge(msgspec.json.decode(facts, type=facts_type)))
            case Probe(sdp):
                self._begin(_MEDIA, self._probe(sdp))
            case Probed(facts):
                await self._report(facts)
            case CheckService():
                self._begin(_SERVICE, self._service.run())
            case StopService():
                self._service.stop()

    async def close(self) -> None:
        """End whatever runs, media connections included."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        if name in self._tasks:
            work.close()
            return
        task = self._tasks[name] = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._tasks.pop(name, None))

    async def _run(self, check: str) -> None:
        await self._tell(check, await run_check(check, self._around))

    async def _tell(self, check: str, finding: Finding) -> None:
        try:
            await self.send({"finding": {"check": check, **msgspec.structs.asdict(finding)}})
        except (WebSocketDisconnect, RuntimeError):
            # The page has left meanwhile; Starlette raises either.
            return

    async def _report(self, facts: MediaFacts) -> None:
        if self._probed is not None and not self._probed.done():
            self._probed.set_result(facts)
        elif _MEDIA not in self._tasks:
            # A browser without WebRTC has nothing to offer.
            await self._tell_media(facts, Candidates({}, {}, turn_set=False), None)

    async def _probe(self, sdp: str) -> None:
        if self._line in _probing or len(_probing) >= _MAX_PROBES:
            busy = attention(
                "Another check of the media connection runs just now.", "Check again in a moment."
            )
            await self._tell(_MEDIA, busy)
            await self._tell(_SOUND, not_run("The media connection is busy.", busy.cure))
            return
        _probing.add(self._line)
        probe = MediaProbe(self._around.settings.voice_ice_servers)
        self._probed = asyncio.get_running_loop().create_future()
        try:
            await self._examine(probe, sdp, self._probed)
        except UnusableOfferError:
            await self._tell(_MEDIA, failed("Parley can't read this browser's offer.", "Update the browser."))
            await self._tell(_SOUND, not_run("No media connection, so no sound to measure."))
        finally:
            self._probed = None
            _probing.discard(self._line)
            await probe.close()

    async def _examine(self, probe: MediaProbe, sdp: str, probed: asyncio.Future[MediaFacts]) -> None:
        try:
            async with asyncio.timeout(LIFE_S):
                await self.send({"answer": await probe.answer(sdp)})
                facts = await probed
        except TimeoutError:
            facts = MediaFacts("failed", took_ms=1000 * LIFE_S)
        heard_hz = None
        if facts.outcome == "connected" and facts.sends_tone:
            heard_hz = await probe.tone_hz()
        turn_set = any(server.credential is not None for server in self._around.settings.voice_ice_servers)
        await self._tell_media(facts, Candidates(probe.offered, probe.answered, turn_set), heard_hz)

    async def _tell_media(self, facts: MediaFacts, candidates: Candidates, heard_hz: float | None) -> None:
        await self._tell(_MEDIA, judge_media(facts, candidates))
        await self._tell(_SOUND, judge_sound(facts, heard_hz))


async def _find_agent() -> Endpoint:
    return await asyncio.wrap_future(switchboard().find_agent())
