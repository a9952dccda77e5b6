"""All lines of this process: the call loop, the calls in progress, and the local agent if it is needed."""

import asyncio
import logging
import threading
import weakref
from concurrent.futures import Future
from functools import partial

from voice.call.call import Call, OnView
from voice.call.clock import Clock
from voice.call.endpoint import Endpoint, agent_kind, agent_url, service_endpoint
from voice.call.event_log import EventLog
from voice.call.keeping import Keep
from voice.call.kept_calls import KeptCalls
from voice.call.line import Line
from voice.call.local_agent import LocalAgent
from voice.call.loop import CallLoop
from voice.call.redaction import secrets_of
from voice.history.keeper import Keeper, KeptCall, Tell
from voice.history.recordings import new_call_id, recording_path
from voice.history.records import CallRecord
from voice.protocol.config import SessionPatch
from voice.protocol.errors import CallRefused
from voice.protocol.session_state import Session
from voice.settings import Settings
from voice.tools.runner import ToolRunner

_log = logging.getLogger(__name__)

# `session.ended` may take its 2 s, then the sockets close.
_HANG_UP_TIMEOUT_S = 4.0


class Switchboard:
    """Made once per process. `start` and `stop` belong to the server's lifespan.

    Without a `keeper`, no call is kept; whoever made it starts and stops it.
    """

    def __init__(self, settings: Settings, keeper: Keeper | None = None) -> None:
        self._settings = settings
        self._keeper = keeper
        self._loop = CallLoop()
        self._local_agent = LocalAgent(settings) if settings.uses_local_agent else None
        # Taken before a call runs: clicks of two tabs may come before the loop has started either call.
        self._free = threading.BoundedSemaphore(settings.voice_max_calls)
        self._running: dict[asyncio.Task[None], Call] = {}
        self._lines: weakref.WeakValueDictionary[str, Line] = weakref.WeakValueDictionary()

    @property
    def uses_local_agent(self) -> bool:
        """Calls go to the local agent, because no key and no address is set."""
        return self._local_agent is not None

    def start(self) -> None:
        """Start the call loop, and the local agent without waiting for it."""
        self._loop.start()
        if self._local_agent is not None:
            self._loop.loop.call_soon_threadsafe(self._local_agent.start)

    async def stop(self) -> None:
        """End every call politely, then the local agent, then the loop."""
        await asyncio.wrap_future(self._loop.submit(self._hang_up_all()))
        if self._local_agent is not None:
            await asyncio.wrap_future(self._loop.submit(self._local_agent.stop()))
        await asyncio.to_thread(self._loop.stop)

    def new_line(self, owner: str = "") -> Line:
        """A line for one browser tab of `owner`; it is forgotten when the tab's session lets go of it."""
        past_calls = KeptCalls(self._keeper.store, owner) if self._keeper else None
        line = Line(self, owner=owner, past_calls=past_calls)
        self._lines[line.token] = line
        return line

    def find_line(self, token: str) -> Line | None:
        """The line with this token."""
        return self._lines.get(token)

    def place(
        self,
        patch: SessionPatch,
        on_view: OnView,
        tools: ToolRunner,
        *,
        sample: bool = False,
        record: bool = False,
        owner: str = "",
        persona: str = "",
    ) -> Call:
        """Start a call, from any thread, and `record` it if the settings allow.

        `owner` and `persona` are kept with it. Raises `CallRefused` when all lines are busy.
        """
        if not self._free.acquire(blocking=False):
            raise CallRefused(
                f"All {self._settings.voice_max_calls} lines are busy.",
                "Wait until a call has ended, or raise VOICE_MAX_CALLS.",
            )
        settings = self._settings
        recorded = record and settings.voice_record
        call_id = new_call_id()
        call = Call(
            patch,
            find_agent=partial(self._find_agent, recorded=recorded),
            on_view=on_view,
            loop=self._loop.loop,
            tools=tools,
            secrets=secrets_of(settings),
            sample=sample,
            record_to=recording_path(settings.voice_data_dir, call_id) if recorded else None,
            keep=self._keep(call_id, owner, persona),
        )
        self._loop.loop.call_soon_threadsafe(self._run, call)
        return call

    def _keep(self, call_id: str, owner: str, persona: str) -> Keep | None:
        keeper = self._keeper
        if keeper is None:
            return None

        def keep(session: Session, log: EventLog, clock: Clock, tell: Tell) -> KeptCall:
            call = CallRecord(
                id=call_id,
                owner=owner,
                persona=persona,
                agent=agent_kind(self._settings),
                agent_url=agent_url(self._settings),
                started_at=clock() if session.begun_at is None else session.begun_at,
            )
            return keeper.keep(call, session, log.redactor, tell, clock)

        return keep

    def find_agent(self) -> Future[Endpoint]:
        """Where calls go, from any thread; fails with `AgentUnreachable` where that is nowhere."""
        return self._loop.submit(self._find_agent())

    def _run(self, call: Call) -> None:
        task = self._loop.loop.create_task(call.run())
        self._running[task] = call
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._free.release()

    async def _find_agent(self, *, recorded: bool = True) -> Endpoint:
        if self._local_agent is not None:
            endpoint = await self._local_agent.endpoint()
            return endpoint if recorded else endpoint.unrecorded()
        return service_endpoint(self._settings)

    async def _hang_up_all(self) -> None:
        for call in self._running.values():
            call.hang_up()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=_HANG_UP_TIMEOUT_S)
            if late:
                _log.warning("%d calls did not end in time", len(late))
