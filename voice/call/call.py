"""Owner of one call: feeds the session reducer with what the link, the media and the person bring, and
carries out its effects. Everything but the constructor and the thread-safe verbs runs on the call loop.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import assert_never

from voice.audio.handover import ChunkQueue
from voice.audio.media_leg import MediaLeg
from voice.audio.mic_sink import MicSink
from voice.audio.microphone import FIRST_FRAME_TIMEOUT_S, MEDIA_LOST_TIMEOUT_S, Microphone
from voice.audio.reply_buffer import ReplyBuffer
from voice.audio.reply_track import ReplyTrack
from voice.audio.voice_activity import HEARD_AFTER_MS, PAUSED_AFTER_MS, Voice
from voice.call.clock import steady_clock
from voice.call.connection import Connection, FindAgent
from voice.call.event_log import EventLog
from voice.call.figures import Figures, latency_figures
from voice.call.keeping import Keep, Keeping
from voice.call.network import network_figures
from voice.call.own_events import note_own
from voice.call.recording import Recording
from voice.call.redaction import Redactor
from voice.call.sample_call import play_person
from voice.conversation import agent_turns
from voice.conversation.view import CallView, view_of
from voice.protocol import effects as fx
from voice.protocol import inputs
from voice.protocol.client_events import ClientEvent
from voice.protocol.config import SessionPatch
from voice.protocol.errors import AgentFailed, ConnectionLost, MediaFailed, VoiceAgentError
from voice.protocol.limits import Limits
from voice.protocol.session import new_session, step
from voice.tools.runner import ToolRunner

_log = logging.getLogger(__name__)

# 200 ms of 20 ms chunks. After a stall the oldest are dropped: a backlog sent as a burst would be faster
# than real time, which the service punishes, and would delay the person for the rest of the call.
_MICROPHONE_CHUNKS = 10
_TICK_S = 0.25
_ENDED_TIMEOUT_S = 2.0
_MEDIA_CONNECT_TIMEOUT_S = 10.0

OnView = Callable[[CallView], None]


class Call:
    """One call. Made for one `run`; its `sink` and `track` go to the browser's peer connection."""

    def __init__(
        self,
        patch: SessionPatch,
        *,
        find_agent: FindAgent,
        on_view: OnView,
        loop: asyncio.AbstractEventLoop,
        tools: ToolRunner,
        secrets: Iterable[str] = (),
        sample: bool = False,
        record_to: Path | None = None,
        keep: Keep | None = None,
    ) -> None:
        self._clock = steady_clock(monotonic=loop.time)
        # `secrets` stay out of the log, whoever says them.
        self.log = EventLog(Redactor(secrets), clock=self._clock)
        self._on_view = on_view
        self._loop = loop
        self._tools = tools
        # The session bounds the calls it waits for, and the runner those that run.
        self._tools_running: set[asyncio.Task[None]] = set()
        self._session = new_session(patch, begun_at=self._clock(), sample=sample)
        self._over = asyncio.Event()
        # When the end was told to the agent, which may take some time to confirm it.
        self._leaving_since: float | None = None
        self._publishing = False
        # Read together with the session's `begun_at`: it is position 0 of the recording.
        self._begun_at = loop.time()
        self._recording = Recording(
            record_to,
            begun_at=self._begun_at,
            clock=loop.time,
            tell=lambda error: self._post_soon(inputs.Failed(error)),
        )
        self._keeping = Keeping(
            keep, self.log, self._clock, tell=lambda error: self._post_soon(inputs.Failed(error))
        )
        self._playing_at: float | None = None
        self._browser_plays = asyncio.Event()
        self._chunks = ChunkQueue(_MICROPHONE_CHUNKS)
        self._microphone = Microphone(
            self._chunks,
            clock=loop.time,
            on_started=lambda: self._post_soon(inputs.MediaConnected()),
            on_voice=self._voice_changed,
            tap=self._recording.heard,
        )
        self._connection = Connection(find_agent, self._chunks, self._post, self.log)
        self._reply = ReplyBuffer(self)
        self.sink = MicSink(self._microphone, on_ended=self._media_ended)
        self.track = ReplyTrack(self._reply, clock=loop.time, tap=self._recording.played)
        self.media = MediaLeg()
        self.view: CallView = view_of(self._session)

    # Thread-safe verbs, for the page and the media.

    @property
    def over(self) -> bool:
        """The call has ended, by whatever cause, though the agent may still have to confirm it.

        The page says so from here on, and asks for the run that lets go of the microphone.
        """
        return self._session.ended or self._session.leaving

    @property
    def sample(self) -> bool:
        """A recorded person speaks: the browser is asked for no microphone."""
        return self._session.sample

    @property
    def levels_dbfs(self) -> tuple[float, float]:
        """Loudness of the person and of the agent in the last 20 ms."""
        return self._microphone.level_dbfs, self._reply.level_dbfs

    @property
    def playout(self) -> tuple[str, int] | None:
        """The turn whose reply is being played, and how many milliseconds of it were pulled for playing."""
        playing = self._reply.playing
        if playing is None:
            return None
        turn = agent_turns.turn_of(self._session.transcript, playing[0])
        return None if turn is None else (turn.id, playing[1])

    @property
    def figures(self) -> Figures:
        """Latency and network so far."""
        return Figures(
            latency=latency_figures(self._session.latencies),
            network=network_figures(
                self.media.readings,
                microphone_chunks_dropped=self._chunks.dropped,
                reply_pushes_dropped=self._reply.dropped_full,
                reply_frames_skipped=self.track.frames_skipped,
            ),
        )

    def hang_up(self) -> None:
        """End the call politely."""
        self._post_soon(inputs.HangUp())

    def fail(self, error: VoiceAgentError) -> None:
        """End the call and show why."""
        self._post_soon(inputs.Failed(error))

    def set_muted(self, muted: bool) -> None:
        """Send silence in place of the microphone, or stop doing so; acts on the next 20 ms."""
        self._microphone.muted = muted
        self._post_soon(inputs.MuteSet(muted))

    def set_agent_muted(self, muted: bool) -> None:
        """Play silence in place of the agent, or stop doing so. What it says counts as heard all the same."""
        self.track.muted = muted
        self._post_soon(inputs.AgentMuteSet(muted))

    def want(self, patch: SessionPatch) -> None:
        """The whole configuration that the person wants now."""
        self._post_soon(inputs.ConfigWanted(patch))

    def say(self, text: str) -> None:
        """The person typed `text` for the agent."""
        self._post_soon(inputs.Said(text))

    def limit(self, limits: Limits) -> None:
        """How long the call may go on by itself."""
        self._post_soon(inputs.LimitsSet(limits))

    def stay(self) -> None:
        """Put off the end that a limit has announced."""
        self._post_soon(inputs.Stay())

    def restart(self) -> None:
        """Go on in a new session that gets everything wanted now."""
        self._post_soon(inputs.Restart())

    def media_playing(self) -> None:
        """The browser reports that its peer connection is up."""
        self._playing_at = self._playing_at or self._loop.time()
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process is ending
            self._loop.call_soon_threadsafe(self._browser_plays.set)

    def on_audible(self, reply_id: str, lead_in_ms: float, in_ms: float) -> None:
        """Told by the reply buffer when a reply is first heard."""
        self._post_soon(inputs.ReplyAudible(reply_id, lead_in_ms, self._clock() + in_ms / 1000))

    def on_drained(self, reply_id: str, played_ms: int) -> None:
        """Told by the reply buffer when a reply was played to its end."""
        self._post_soon(inputs.ReplyDrained(reply_id, played_ms))

    def _voice_changed(self, voice: Voice) -> None:
        if voice is Voice.HEARD:
            self._post_soon(inputs.VoiceHeard(self._clock() - HEARD_AFTER_MS / 1000))
        else:
            self._post_soon(inputs.VoicePaused(self._clock() - PAUSED_AFTER_MS / 1000))

    def _media_ended(self) -> None:
        self._post_soon(inputs.HangUp())

    # On the call loop from here on.

    async def run(self) -> None:
        """The whole call, from opening the socket to closing it. Never raises but on cancellation."""
        self._publish()
        self._recording.start()
        self._keeping.begin(self._session)
        try:
            await self._connect_and_talk()
        except Exception:  # noqa: BLE001 - whatever it is, the person is told and the session is ended
            _log.exception("a call failed")
            self._post(inputs.Failed(_broken()))
        finally:
            await self._close()

    async def _connect_and_talk(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            background = [tasks.create_task(self._watch()), tasks.create_task(self._connection.run())]
            if self.sample:
                background.append(tasks.create_task(self._play_sample()))
            await self._over.wait()
            for task in background:
                task.cancel()

    async def _play_sample(self) -> None:
        await self._browser_plays.wait()
        await play_person(self._microphone, self.track.aside, lambda: self._session.state)
        self._post(inputs.HangUp())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._post(inputs.Tick())
            failure = None if self._session.ended else self._media_failure(self._loop.time())
            if failure is not None:
                self._post(inputs.Failed(failure))

    def _media_failure(self, now: float) -> MediaFailed | None:
        last_frame_at = self._microphone.last_frame_at
        if last_frame_at is not None:
            return _lost() if now - last_frame_at > MEDIA_LOST_TIMEOUT_S else None
        if self._playing_at is not None and now - self._playing_at > FIRST_FRAME_TIMEOUT_S:
            return _dead()
        return _no_route() if now - self._begun_at > _MEDIA_CONNECT_TIMEOUT_S else None

    def _post_soon(self, happened: inputs.AnyInput) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process is ending
            self._loop.call_soon_threadsafe(self._post, happened)

    def _post(self, happened: inputs.AnyInput) -> None:
        before, now = self._session, self._clock()
        self._session, effects = step(before, happened, now)
        self._keeping.follow(before, self._session, happened, now)
        if effects or self._session is not before:
            note_own(self.log, happened)
        for effect in effects:
            self._perform(effect)
        self._connection.let_audio_flow(ready=self._session.ready)
        if self._session.ended:
            self._over.set()
        elif self._session.leaving and self._leaving_since is None:
            self._leaving_since = self._loop.time()
            self._loop.call_later(_ENDED_TIMEOUT_S, self._over.set)
        if self._session is not before:
            self._publish_soon()

    def _perform(self, effect: fx.AnyEffect) -> None:
        match effect:
            case fx.Send(event):
                self._send(event)
            case fx.Play(reply_id, pcm):
                self._reply.push(reply_id, pcm)
            case fx.FinishReply(reply_id):
                self._reply.finish(reply_id)
            case fx.FlushPlayout():
                flushed = self._reply.flush()
                self._post(inputs.PlayoutFlushed(flushed.reply_id, flushed.played_ms))
            case fx.OpenLink():
                self._connection.open(effect)
            case fx.CloseLink():
                self._over.set()
            case fx.RunTool(call_id, name, arguments):
                running = self._loop.create_task(self._run_tool(call_id, name, arguments))
                self._tools_running.add(running)
                running.add_done_callback(self._tools_running.discard)
            case _ as never:
                assert_never(never)

    async def _run_tool(self, call_id: str, name: str, arguments: object) -> None:
        outcome = await self._tools.run(name, arguments)
        self._post(inputs.ToolFinished(call_id, outcome.result, is_error=outcome.is_error))

    def _send(self, event: ClientEvent) -> None:
        try:
            self._connection.send(event)
        except asyncio.QueueFull:
            self._post(inputs.Failed(ConnectionLost("The agent stopped taking messages.", "Connect again.")))
            self._over.set()

    def _publish_soon(self) -> None:
        # The words of a reply come as one burst: one view for all of them.
        if not self._publishing:
            self._publishing = True
            self._loop.call_soon(self._publish)

    def _publish(self) -> None:
        self._publishing = False
        view = view_of(self._session)
        if view != self.view:
            self.view = view
            self._on_view(view)

    async def _close(self) -> None:
        self._publish()
        self._recording.stop()
        self.track.stop()
        self._chunks.close()
        for running in self._tools_running:
            running.cancel()
        leaving_s = self._loop.time() - (self._leaving_since or self._loop.time())
        await self._connection.close(max(0.0, _ENDED_TIMEOUT_S - leaving_s))
        await self._recording.written()
        await self._keeping.end(self._session)


def _broken() -> AgentFailed:
    return AgentFailed("Something in Parley failed, and the call ended.", "Connect again.")


def _no_route() -> MediaFailed:
    return MediaFailed(
        f"The browser's audio did not connect within {_MEDIA_CONNECT_TIMEOUT_S:.0f} seconds.",
        "The network between blocks direct audio: a TURN server is needed. Set it in VOICE_ICE_SERVERS.",
    )


def _dead() -> MediaFailed:
    return MediaFailed("The browser's audio connected, but no sound arrives from it.", "Connect again.")


def _lost() -> MediaFailed:
    return MediaFailed(
        "Sound from the browser's microphone stopped arriving, so the call was ended.",
        "Check the network and the microphone, then connect again.",
    )
