"""The probe of the agent's service as the Setup page asks for it: starts it, tells how it goes, stops it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal

import msgspec
from starlette.websockets import WebSocketDisconnect

from voice.call.endpoint import Endpoint, agent_kind, agent_url, service_endpoint
from voice.call.redaction import Redactor, secrets_of
from voice.probe.background import BackgroundProbe
from voice.probe.bench import Bench
from voice.probe.price import bound, spent
from voice.probe.report import as_json, report_of
from voice.probe.rows import Scene
from voice.probe.run import run_probe
from voice.probe.table import summary
from voice.probe.target import target_of
from voice.protocol.errors import VoiceAgentError
from voice.service.problems import service_name, within_sentence
from voice.service.sessions_api import SessionsApi
from voice.settings import Settings

State = Literal["running", "done", "stopped", "failed"]
_BUSY = "Another check is running. Try again when it has finished."


class Offer(msgspec.Struct, frozen=True):
    """What the page says before: the button's words, the cost, and whether to ask before it starts."""

    button: str
    words: str
    asks: bool


def offer_of(settings: Settings) -> Offer:
    """Without a key it is the local agent that is checked, and nothing to be asked about."""
    if settings.uses_local_agent:
        words = f"No key is set, so this checks the local agent. {bound(0.0)}"
        return Offer("Check the local agent", words, asks=False)
    name = within_sentence(service_name(agent_kind(settings), agent_url(settings)))
    words = (
        f"Makes short calls to {name} with recorded speech and compares what comes back with what "
        f"Parley relies on. "
        f"{bound(service_endpoint(settings).usd_per_hour)} The sessions are deleted afterwards."
    )
    return Offer("Check against the live service", words, asks=True)


class ServiceCheck:
    """One page's check; `run` once at a time. Belongs to Streamlit's loop."""

    def __init__(
        self,
        settings: Settings,
        find_agent: Callable[[], Awaitable[Endpoint]],
        send: Callable[[dict[str, object]], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._find_agent = find_agent
        self._send = send
        self._probe: BackgroundProbe | None = None

    async def run(self) -> None:
        """Run it to its end. Cancelled when the page leaves: then it is stopped, and cleans up by itself."""
        try:
            endpoint = await self._find_agent()
        except VoiceAgentError as problem:
            await self._tell("failed", f"{problem.sentence} {problem.next_step}")
            return
        bench = Bench(target_of(self._settings, endpoint), Redactor(secrets_of(self._settings)))
        began_at = datetime.now(UTC)
        loop = asyncio.get_running_loop()

        def tell(scene: Scene) -> None:
            telling = self._tell("running", f"{scene.title} …", bench, began_at)
            asyncio.run_coroutine_threadsafe(telling, loop)

        name = service_name(agent_kind(self._settings), agent_url(self._settings))
        probe = BackgroundProbe(lambda: run_probe(bench, lambda: SessionsApi(endpoint, name), tell))
        if not probe.start():
            await self._tell("failed", _BUSY)
            return
        self._probe = probe
        try:
            await asyncio.wrap_future(probe.ended)
        finally:
            probe.stop()
        cost = spent(bench.budget.spent_s, endpoint.usd_per_hour)
        state: State = "stopped" if probe.stopped else "done"
        await self._tell(state, f"{summary(bench.results)} {cost}", bench, began_at)

    def stop(self) -> None:
        """The person wants it to end; `run` tells when it has."""
        if self._probe is not None:
            self._probe.stop()

    async def _tell(
        self, state: State, words: str, bench: Bench | None = None, began_at: datetime | None = None
    ) -> None:
        report = report_of(bench, began_at) if bench and began_at else None
        message = {
            "state": state,
            "words": words,
            "lines": msgspec.to_builtins(report.results) if report else [],
            "report": as_json(report).decode() if report and state != "running" else "",
        }
        try:
            await self._send({"service": message})
        except (WebSocketDisconnect, RuntimeError):
            # The page has left meanwhile; Starlette raises either.
            return
