"""What is known of a session: one frozen value, made by `new_session` and changed only by `step`."""

from enum import Enum
from typing import Literal

import msgspec
from msgspec.structs import replace

from voice.conversation.latency import Latencies
from voice.conversation.state import CallState
from voice.conversation.transcript import Transcript
from voice.protocol.client_events import ToolResult
from voice.protocol.config import SessionPatch
from voice.protocol.config_sync import ConfigSync, SettingStatus
from voice.protocol.effects import AnyEffect
from voice.protocol.errors import KEY_REFUSED, AuthRefused, VoiceAgentError
from voice.protocol.limits import Limits
from voice.protocol.playout import Playout

# Beyond these the oldest notice or tool call is dropped, and new message types are counted together.
MAX_NOTICES = 5
MAX_PENDING_TOOLS = 16
MAX_COUNTED_TYPES = 32
OTHER_TYPES = "(other)"
_MAX_TYPE_CHARS = 64


class Phase(Enum):
    """Where the session is in its life."""

    NEW = "new"
    CONNECTING = "connecting"
    LIVE = "live"
    # The socket is lost, and the session is asked for on another one.
    RESUMING = "resuming"
    # The session is being ended to begin another one.
    RESTARTING = "restarting"
    # A socket for a new session in the same call is being opened.
    REOPENING = "reopening"
    ENDING = "ending"
    ENDED = "ended"
    FAILED = "failed"


class TurnEvent(Enum):
    """The latest event that decides whether tool results may be sent now."""

    NONE = "none"
    REPLY_STARTED = "reply started"
    SPEECH_STARTED = "speech started"
    REPLY_DONE = "reply done"
    REPLY_INTERRUPTED = "reply interrupted"


class Notice(msgspec.Struct, frozen=True):
    """Something a person should know that does not end the call. `action` names its one-click cure."""

    id: int
    at: float
    sentence: str
    next_step: str = ""
    code: str = ""
    action: str = ""


class PendingTool(msgspec.Struct, frozen=True):
    """A call of a tool that the agent waits for: of which reply it is, and its answer once there is one."""

    call_id: str
    reply_id: str
    answer: ToolResult | None = None


class Counters(msgspec.Struct, frozen=True):
    """What was ignored or dropped, by reason; the two tables by message type, bounded."""

    unknown: dict[str, int] = {}
    malformed: dict[str, int] = {}
    late_audio: int = 0
    tool_calls: int = 0
    tool_calls_dropped: int = 0
    interruptions: int = 0
    notices: int = 0

    @property
    def ignored(self) -> int:
        """Messages that could not be understood."""
        return sum(self.unknown.values()) + sum(self.malformed.values())


class Way(Enum):
    """How the call is carried on after a loss, in the order tried."""

    RESUME_BY_TOKEN = "resume with its token"  # noqa: S105  (no secret)
    RESUME_BY_KEY = "resume with the key"
    NEW_SESSION = "new session"


class Loss(msgspec.Struct, frozen=True):
    """A lost socket: when that was noticed, for how long it had been silent by then, and how it closed.

    `attempt` counts the sockets tried since; `failures` those that could not be had. `owed` is what the
    person had said last if no reply to it had been heard.
    """

    at: float
    code: str = ""
    reason: str = ""
    silent_s: float = 0.0
    way: Way = Way.NEW_SESSION
    attempt: int = 0
    failures: int = 0
    owed: str = ""


class Closing(msgspec.Struct, frozen=True):
    """The call will be ended at `at` by itself."""

    at: float
    reason: Literal["idle", "cap"]


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Times are in seconds of the caller's clock; `since` is when `state` began.

    `begun_at` is the person's click, `billed_from` the first open socket, `ready_at` when talk could begin.
    """

    phase: Phase = Phase.NEW
    link_open: bool = False
    media_connected: bool = False
    muted: bool = False
    # A recorded person speaks in place of the microphone.
    sample: bool = False
    agent_muted: bool = False
    failure: VoiceAgentError | None = None
    # What to say when this agent refuses the key.
    key_refusal: AuthRefused = KEY_REFUSED
    # When the present socket was opened, and when the session became live on it.
    opened_at: float = 0.0
    live_at: float = 0.0
    session_id: str | None = None
    # Whether the agent gave a token to resume this session with. The connection has it; the state does not.
    has_resume_token: bool = False
    expires_at: float | None = None
    begun_at: float | None = None
    # The present session was asked for and became ready; a restart asks for another one.
    asked_at: float | None = None
    agreed_at: float | None = None
    audio_at: float | None = None
    billed_from: float | None = None
    usd_per_hour: float | None = None
    ready_at: float | None = None
    ended_at: float | None = None
    config: ConfigSync = ConfigSync()
    valid_voices: tuple[str, ...] = ()
    transcript: Transcript = Transcript()
    playout: Playout = Playout()
    latencies: Latencies = Latencies()
    user_speaking: bool = False
    thinking_since: float | None = None
    # A reply ended without a sound then, and nothing has explained it yet.
    unheard_at: float | None = None
    interrupted_at: float | None = None
    # Replies in a row that speech cut as soon as they were heard.
    early_cuts: int = 0
    turn_event: TurnEvent = TurnEvent.NONE
    pending_tools: tuple[PendingTool, ...] = ()
    # Results that were sent and not replied to yet: a lost socket may have taken them along.
    unanswered: tuple[ToolResult, ...] = ()
    # Tools that the service calls itself; what it tells about them is not for us to answer.
    hosted_tools: frozenset[str] = frozenset()
    # Typed texts that wait for their moment, and the one that was put to the agent last.
    texts: tuple[str, ...] = ()
    asked_text: str | None = None
    # The end of the last spoken turn was committed then.
    turn_ended_at: float = 0.0
    loss: Loss | None = None
    # Sessions in a row that were lost as soon as they had begun.
    short_lives: int = 0
    limits: Limits = Limits()
    limits_at: float = 0.0
    stayed_at: float = 0.0
    cap_added_s: float = 0.0
    closing: Closing | None = None
    notices: tuple[Notice, ...] = ()
    counters: Counters = Counters()
    state: CallState = CallState.CONNECTING
    since: float | None = None

    @property
    def ready(self) -> bool:
        """Whether microphone audio may be sent."""
        return self.phase is Phase.LIVE

    @property
    def ended(self) -> bool:
        """Whether the session is over, well or badly."""
        return self.phase in (Phase.ENDED, Phase.FAILED)

    @property
    def leaving(self) -> bool:
        """Whether the agent was told that the call ends, and has not confirmed it yet."""
        return self.phase is Phase.ENDING

    @property
    def reply_id(self) -> str | None:
        """The reply the agent is sending now."""
        current = self.playout.current
        return current.id if current else None

    @property
    def uninterruptible(self) -> bool:
        """With barge-in turned off the agent may still hear a turn begin, and wants to finish speaking."""
        turn_detection = self.config.applied_value("input.turn_detection")
        return isinstance(turn_detection, dict) and turn_detection.get("interrupt_response") is False

    @property
    def cut_replies(self) -> tuple[str, ...]:
        """Ids of the latest replies whose audio is dropped."""
        return self.playout.cut

    @property
    def settings(self) -> dict[str, SettingStatus]:
        """Where each setting stands, by dotted path."""
        return self.config.status


Step = tuple[Session, tuple[AnyEffect, ...]]


def new_session(patch: SessionPatch, *, begun_at: float | None = None, sample: bool = False) -> Session:
    """A session that has not been opened yet, to be configured with `patch`."""
    return Session(config=ConfigSync().want(patch), begun_at=begun_at, asked_at=begun_at, sample=sample)


def with_notice(
    session: Session, now: float, sentence: str, next_step: str = "", code: str = "", action: str = ""
) -> Session:
    """One more notice; the same words are not shown twice, and the oldest give way."""
    if any(notice.sentence == sentence for notice in session.notices):
        return session
    number = session.counters.notices + 1
    notice = Notice(number, now, sentence, next_step, code, action)
    return replace(
        session,
        notices=(*session.notices, notice)[-MAX_NOTICES:],
        counters=replace(session.counters, notices=number),
    )


def counted(table: dict[str, int], kind: str) -> dict[str, int]:
    """The table with one more of `kind`, whose name is the agent's and so is cut short."""
    known = kind[:_MAX_TYPE_CHARS]
    if known not in table and len(table) >= MAX_COUNTED_TYPES:
        known = OTHER_TYPES
    return table | {known: table.get(known, 0) + 1}
