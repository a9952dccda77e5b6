"""One session of the Voice Agent protocol, from `session.ready` to `session.ended`, across reconnects.

Owns the configuration, the clock limits and who is connected; it translates client events into calls on
the dialogue and the listener. It knows nothing of sockets: it writes to an outbox that may be swapped.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from functools import partial
from typing import Final

from voice.agent.archive.journal import Start
from voice.agent.archive.store import Archive, end_of
from voice.agent.brain.base import Brain
from voice.agent.clock import Clock
from voice.agent.dialogue import Dialogue
from voice.agent.hearing import Hearing
from voice.agent.intake import Intake
from voice.agent.line_format import FORMATS, LineFormat
from voice.agent.models import Models
from voice.agent.outbox import Outbox
from voice.agent.quirks import Quirks
from voice.agent.rehearsal import Rehearsal
from voice.agent.reply import Stage
from voice.agent.session_config import SessionConfig
from voice.agent.tokens import Grant
from voice.agent.tool_calls import Answer
from voice.agent.validation import Refusal, refusal_of_later
from voice.protocol.client_events import (
    ConversationMessage,
    InputAudio,
    ReplyCancel,
    ReplyCreate,
    SessionUpdate,
    ToolResult,
)
from voice.protocol.config import SessionPatch
from voice.protocol.server_events import (
    ReplyAudio,
    ServerEvent,
    SessionEnded,
    SessionError,
    SessionReady,
    SessionUpdated,
)

log = logging.getLogger(__name__)

InSession = SessionUpdate | InputAudio | ToolResult | ReplyCreate | ConversationMessage | ReplyCancel

_OBSERVED_EXPIRY_S: Final = 3600
_READY_AFTER_UPDATED_S: Final = 0.015  # the service takes 4 to 50 ms (2026-09)
_NOT_READY = Refusal(
    "invalid_format",
    "Invalid message format for type 'input.audio': send audio only after session.ready",
)


class Session:
    """State of one session. Made on the event loop; `close` gives its tasks up.

    Args:
        patch: the first `session.update`, already validated.
        archive: follows the session.
        record: whether the archive keeps the sound.
        think_ahead: ask the brain before a turn is surely over; not for one that costs money.
    """

    def __init__(
        self,
        patch: SessionPatch,
        *,
        grant: Grant,
        models: Models,
        brain: Brain,
        quirks: Quirks,
        clock: Clock,
        archive: Archive,
        record: bool,
        think_ahead: bool,
    ) -> None:
        self.session_id = f"sess_{secrets.token_hex(16)}"
        self.account = grant.account
        self.resume_token = ""
        self.dropped_at: float | None = None
        self._config = SessionConfig().merged(patch)
        self._models = models
        self._quirks = quirks
        self._clock = clock
        self._began = clock.monotonic()
        self._ends = self._began + grant.session_cap_s
        lasts_s = grant.session_cap_s if quirks.enforce_session_cap else _OBSERVED_EXPIRY_S
        self._expires_at = int(clock.wall()) + lasts_s
        self._outbox: Outbox | None = None
        self._hang_up: Callable[[int], None] | None = None
        self._intake: Intake | None = None  # from the first `session.ready` on
        self._ready = False  # from `session.ready` until the connection drops
        self._person_line = FORMATS[self._config.input_encoding]
        line = FORMATS[self._config.output_encoding]
        start = Start(
            session_id=self.session_id,
            account=self.account,
            config=self._config.echo(self.session_id),
            person_line=self._person_line,
            agent_line=line,
            started_at=clock.wall(),
        )
        self._journal = archive.begin(start, record=record)
        self._rehearsal = Rehearsal(brain, partial(models.speak, style=self._config.style, line=line))
        self._dialogue = Dialogue(
            brain=self._rehearsal,
            config=lambda: self._config,
            stage=self._stage(line),
            quirks=quirks,
            clock=clock,
            on_floor=self._attend,
            foresee=self._rehearsal.prepare if think_ahead else lambda _conversation: None,
        )
        self._hearing: Hearing | None = None

    # Connections

    def open(self, outbox: Outbox, hang_up: Callable[[int], None]) -> None:
        """Answer the first update on its connection; readiness and the greeting follow a little later."""
        self._attach(outbox, hang_up)
        self.send(SessionUpdated(config=self._config.echo(self.session_id)))
        asyncio.get_running_loop().call_later(_READY_AFTER_UPDATED_S, self._greet_on, outbox)

    def _greet_on(self, outbox: Outbox) -> None:
        if not self.is_connected_to(outbox):
            return
        self._become_ready()
        if self._config.greeting:
            self._dialogue.greet(self._config.greeting)
        if self._models.deafness:
            self._dialogue.notice(self._models.deafness)

    def resume(self, outbox: Outbox, hang_up: Callable[[int], None]) -> None:
        """Go on with another connection; one that is still there is hung up."""
        self.drop()
        self._attach(outbox, hang_up)
        self._become_ready()
        self._dialogue.resume()

    def drop(self) -> None:
        """The connection is gone. The session stays for as long as it may be resumed."""
        if self._hang_up is not None:
            self._hang_up(1001)
        self._outbox = self._hang_up = None
        self._ready = False
        self.dropped_at = self._clock.monotonic()
        self._dialogue.hush()
        self._rehearsal.forget()
        if self._hearing is not None:
            self._models.keep(self._hearing.stop())
            self._hearing = None

    def is_connected_to(self, outbox: Outbox) -> bool:
        """Whether this connection, and no later one, is the session's."""
        return self._outbox is outbox

    def end(self) -> None:
        """Say goodbye and hang up, as the client wished. The session id is dead from here on."""
        self._end(1000, "user_initiated", "client_end")

    def _end(self, close_code: int, reason: str, public_reason: str) -> None:
        lasted = round(self._clock.monotonic() - self._began, 3)
        self.send(SessionEnded(session_duration_seconds=lasted, audio_duration_seconds=None))
        log.info("session %s: ended after %.1f s", self.session_id, lasted)
        hang_up, self._hang_up = self._hang_up, None
        if hang_up is not None:
            hang_up(close_code)
        self.drop()
        self._journal.close(end_of(reason, public_reason, lasted, self._clock))

    def sweep(self) -> bool:
        """Enforce time limits; returns whether the session is over. To be called a few times a second."""
        now = self._clock.monotonic()
        if self._quirks.enforce_session_cap and now >= self._ends:
            self.refuse(Refusal("session_expired", "Session has reached its maximum duration"))
            self._end(1008, "session_expired", "session_expired")
            return True
        if self.dropped_at is not None and now - self.dropped_at > self._quirks.resume_window_s:
            log.info("session %s: not resumed, forgotten", self.session_id)
            lasted = round(now - self._began, 3)
            self._journal.close(end_of("participant_disconnected", "client_end", lasted, self._clock))
            return True
        self._journal.timed_out(self._dialogue.sweep())
        return False

    # Client events

    def handle(self, event: InSession) -> None:
        """Act on one event of the client."""
        match event:
            case SessionUpdate():
                self._update(event)
            case InputAudio():
                self._hear(event.audio)
            case ToolResult():
                self._tool_result(event)
            case ReplyCreate():
                self._journal.received(event)
                self._dialogue.create(event.instructions)
            case ConversationMessage():
                self._dialogue.inject(event.role, event.content)
            case ReplyCancel():
                self._cancel(event.reply_id)

    def send(self, event: ServerEvent) -> None:
        """Send to whoever is connected; to nobody in between."""
        self._journal.sent(event, self._dialogue.speaking)
        if self._outbox is not None:
            self._outbox.send(event)

    def refuse(self, refusal: Refusal) -> None:
        """Tell the client what is wrong."""
        log.info("session %s: %s %s", self.session_id, refusal.code, refusal.param or "")
        self.send(
            SessionError(
                code=refusal.code,
                message=refusal.message,
                param=refusal.param,
                session_id=self.session_id,
            )
        )

    def _update(self, event: SessionUpdate) -> None:
        patch = event.session
        merged = self._config.merged(patch)
        refusal = refusal_of_later(patch, merged.patch)
        if refusal is not None:
            self.refuse(refusal)
            return
        self._config = merged
        self._journal.received(event)
        self._attend()
        self.send(SessionUpdated(config=merged.echo(self.session_id)))

    def _hear(self, data: bytes) -> None:
        if self._intake is None or not self._ready:
            self.refuse(_NOT_READY)
            return
        taken = self._intake.take(data, FORMATS[self._config.input_encoding], self._clock.monotonic())
        if taken.refusal is not None:
            self.refuse(taken.refusal)
        self._journal.heard(taken.samples)
        if self._hearing is not None and len(taken.samples):
            self._hearing.feed(taken.samples)

    def _tool_result(self, event: ToolResult) -> None:
        self._journal.received(event)
        answer = self._dialogue.tool_result(event.call_id, event.result, is_error=event.is_error)
        if answer is Answer.UNKNOWN:
            words = "No tool call with this call_id is waiting for a result"
            self.refuse(Refusal("invalid_value", words, "call_id"))

    def _cancel(self, reply_id: str) -> None:
        if not self._dialogue.cancel(reply_id):
            self.refuse(Refusal("invalid_value", "This reply is not being spoken", "reply_id"))

    # Inside

    def _attach(self, outbox: Outbox, hang_up: Callable[[int], None]) -> None:
        self._outbox, self._hang_up = outbox, hang_up
        self.dropped_at = None

    def _become_ready(self) -> None:
        self.resume_token = secrets.token_urlsafe(32)
        rate_hz = self._person_line.rate_hz
        listener = self._models.listener(self._config.listener, rate_hz)
        if listener is not None:
            self._hearing = Hearing(
                self.session_id, listener, rate_hz, self._dialogue, self._journal.listened
            )
        if self._intake is None:
            now = self._clock.monotonic()
            self._intake = Intake(rate_hz, now, enforce_rate=self._quirks.enforce_audio_rate)
        self._ready = True
        self.send(
            SessionReady(
                session_id=self.session_id,
                config=self._config.echo(self.session_id),
                expires_at=self._expires_at,
                resume_token=self.resume_token,
            )
        )

    def _attend(self) -> None:
        if self._hearing is not None:
            speaking = self._dialogue.speaking
            self._hearing.attend(
                self._config.listener,
                agent_speaking=speaking is not None,
                discard=speaking in self._config.uninterruptible_turns,
            )

    def _stage(self, line: LineFormat) -> Stage:
        return Stage(
            session_id=self.session_id,
            send=self.send,
            send_audio=self._send_audio,
            speak=self._rehearsal.speak,
            volume=lambda: self._config.volume,
            line=line,
            lead_in_ms=self._quirks.lead_in_ms,
            burst=self._quirks.burst_audio,
        )

    async def _send_audio(self, event: ReplyAudio, due_at: float) -> None:
        if self._outbox is not None:
            await self._outbox.send_audio(event)
            self._journal.spoke(event.data, due_at)
