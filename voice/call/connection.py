"""The way to the agent: one socket at a time, opened as often as the session asks, and what goes over it.

Owns the sockets and the messages that wait for one. Runs on the call loop only; decides nothing: what
happens on a socket is posted, and whether there is to be another one is the session's choice.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable

from voice.audio.handover import ChunkQueue
from voice.call.endpoint import Endpoint, unreachable
from voice.call.event_log import EventLog
from voice.call.link import Link, open_link
from voice.protocol import inputs
from voice.protocol.client_events import ClientEvent, InputAudio, SessionEnd
from voice.protocol.effects import OpenLink
from voice.protocol.errors import VoiceAgentError
from voice.protocol.server_events import SessionEnded, SessionReady

# Control messages only, a handful a minute; a socket that does not take these is as good as lost.
_OUTBOX_MESSAGES = 256
# Many callers who lost the same server must not all come back at the same moment.
_JITTER = (0.5, 1.0)

FindAgent = Callable[[], Awaitable[Endpoint]]
Post = Callable[[inputs.AnyInput], None]


class Connection:
    """Made for one call. `send` raises `asyncio.QueueFull` when 256 messages wait."""

    def __init__(self, find_agent: FindAgent, chunks: ChunkQueue, post: Post, log: EventLog) -> None:
        self._find_agent = find_agent
        self._chunks = chunks
        self._post = post
        self._log = log
        self._link: Link | None = None
        self._outbox: asyncio.Queue[ClientEvent] = asyncio.Queue(_OUTBOX_MESSAGES)
        self._audio_open = asyncio.Event()
        self._order: OpenLink | None = OpenLink()
        self._ordered = asyncio.Event()
        self._ordered.set()
        self._end_sent = False
        self._agent_ended = False
        # Stays here and in no state that is shown, kept or sent to the page.
        self._resume_token: str | None = None

    def open(self, order: OpenLink) -> None:
        """Open another socket in place of the present one, if there is one."""
        self._order = order
        self._ordered.set()

    def send(self, event: ClientEvent) -> None:
        """Send one event, after those before it."""
        self._end_sent = self._end_sent or isinstance(event, SessionEnd)
        self._outbox.put_nowait(event)

    def let_audio_flow(self, *, ready: bool) -> None:
        """Whether the agent may be sent the microphone now."""
        if ready:
            self._audio_open.set()
        else:
            self._audio_open.clear()

    async def run(self) -> None:
        """Hold one socket after the other, until cancelled."""
        holder: asyncio.Task[None] | None = None
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._ordered.wait()
                self._ordered.clear()
                order, self._order = self._order, None
                if order is not None:
                    holder = tasks.create_task(self._replace(holder, order))

    async def close(self, within_s: float) -> None:
        """Close the socket, after the agent's goodbye if that comes within `within_s`."""
        if self._link is None:
            return
        if not self._agent_ended:
            await self._say_goodbye(self._link, within_s)
        await self._link.close()

    async def _replace(self, former: asyncio.Task[None] | None, order: OpenLink) -> None:
        if former is not None:
            former.cancel()
            await asyncio.wait([former])
        if self._link is not None:
            await self._link.close()
            self._link = None
        await asyncio.sleep(order.wait_s * random.uniform(*_JITTER))  # noqa: S311 - no secret
        opened = await self._open(order)
        if opened is not None:
            await self._hold(*opened)

    async def _open(self, order: OpenLink) -> tuple[Link, Endpoint] | None:
        resume_token = self._resume_token if order.resume_token else None
        try:
            async with asyncio.timeout(order.within_s):
                endpoint = await self._find_agent()
                return await open_link(endpoint, self._log, resume_token), endpoint
        except VoiceAgentError as error:
            self._post(inputs.LinkFailed(error))
        except TimeoutError:
            self._post(inputs.LinkFailed(unreachable("its address")))
        return None

    async def _hold(self, link: Link, endpoint: Endpoint) -> None:
        # What waited for the socket before belongs to that one.
        while not self._outbox.empty():
            self._outbox.get_nowait()
        self._link = link
        self._end_sent = self._agent_ended = False
        self._post(inputs.LinkOpened(endpoint.usd_per_hour, endpoint.refusal))
        async with asyncio.TaskGroup() as tasks:
            work = (self._write(link), self._stream(link), link.keep_alive())
            background = [tasks.create_task(job) for job in work]
            async for event in link.receive():
                self._agent_ended = self._agent_ended or isinstance(event, SessionEnded)
                if isinstance(event, SessionReady):
                    self._resume_token = event.resume_token or None
                self._post(inputs.Received(event))
            for task in background:
                task.cancel()
        self._post(inputs.LinkClosed(link.close_code, link.close_reason, link.silent_s))

    async def _write(self, link: Link) -> None:
        while True:
            await link.send(await self._outbox.get())

    async def _stream(self, link: Link) -> None:
        await self._audio_open.wait()
        # What was said before the agent could listen is not sent late.
        self._chunks.clear()
        while (chunk := await self._chunks.get()) is not None:
            if self._audio_open.is_set():
                await link.send(InputAudio(audio=chunk))

    async def _say_goodbye(self, link: Link, within_s: float) -> None:
        # A bare close would be billed for 30 s more. A socket that is stuck must not hold the call either.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not self._outbox.empty():
                    await link.send(self._outbox.get_nowait())
                if not self._end_sent:
                    await link.send(SessionEnd())
                async for event in link.receive():
                    if isinstance(event, SessionEnded):
                        return
