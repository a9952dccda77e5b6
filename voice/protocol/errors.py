"""One tree of what can go wrong in a call. Each error knows whether it ends the call, whether trying
again may help, and what to tell a person.

VoiceAgentError
├── AuthRefused               the key or token was refused; never retried by itself
├── ConfigRefused             a field of the session configuration; fatal only for the first update
│   └── VoiceRefused          its `valid_voices` come from the server's own words
├── MessageRefused            one message was refused, the call goes on
├── SessionGone               expired, unknown or somebody else's
├── AgentBusy                 capacity or concurrency; retry
├── AgentFailed               internal error, agent not started; retry
├── AgentUnreachable          the socket could not be opened
├── ConnectionLost            the socket closed without `session.ended`
├── MediaFailed               the browser's audio did not connect, or stopped
├── NotKept                   something of the call can't be kept: its recording, its entry in History
└── CallRefused               Parley itself will not start the call (all lines busy, bad settings)
"""

import re
from collections.abc import Callable
from typing import ClassVar

from voice.protocol.server_events import SessionError


class VoiceAgentError(Exception):
    """Base: `sentence` says what happened and `next_step` what to do, both for a person."""

    fatal: ClassVar[bool] = True
    retryable: ClassVar[bool] = False

    def __init__(
        self, sentence: str, next_step: str = "", *, code: str = "", param: str | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step
        self.code = code
        self.param = param


class AuthRefused(VoiceAgentError):
    """The credential was refused."""


class ConfigRefused(VoiceAgentError):
    """A field of the configuration was refused; `param` names it. Later in a call it is not fatal."""

    fatal = False


class VoiceRefused(ConfigRefused):
    """The voice is not offered; `voice` is its id and `valid_voices` what the server offers."""

    def __init__(self, sentence: str, next_step: str, *, voice: str, valid_voices: tuple[str, ...]) -> None:
        super().__init__(sentence, next_step, code="invalid_value", param="output.voice")
        self.voice = voice
        self.valid_voices = valid_voices


class MessageRefused(VoiceAgentError):
    """One message was refused; the call goes on."""

    fatal = False


class NotKept(VoiceAgentError):
    """What should be kept of the call can't be; the call goes on."""

    fatal = False


class SessionGone(VoiceAgentError):
    """The session can't be had any more."""


class AgentBusy(VoiceAgentError):
    """No free place right now."""

    retryable = True


class AgentFailed(VoiceAgentError):
    """The agent failed on its side."""

    retryable = True


class AgentUnreachable(VoiceAgentError):
    """The socket to the agent could not be opened."""

    retryable = True


class ConnectionLost(VoiceAgentError):
    """The socket closed without `session.ended`."""

    retryable = True


class MediaFailed(VoiceAgentError):
    """The browser's audio did not connect, or stopped."""

    retryable = True


class CallRefused(VoiceAgentError):
    """Parley will not start the call."""


_INVALID_VOICE = re.compile(r"Invalid voice '(?P<voice>[^']*)'\. Must be one of: (?P<valid>.+)", re.DOTALL)
# What agents and token endpoints say of a key that is wrong, missing or no longer valid, whatever the code.
_ABOUT_THE_KEY = re.compile(
    r"authentication failed|(invalid|incorrect|bad) api key|unauthorized", re.IGNORECASE
)
_MAX_QUOTED_CHARS = 300
_MAX_VOICE_CHARS = 64
_MAX_VOICES = 200


def key_refused(agent: str = "The agent", *, has_key: bool = True) -> AuthRefused:
    """The one sentence about a refused key, however the refusal comes. `agent` begins it."""
    if has_key:
        sentence = f"{agent} refused the key in ASSEMBLYAI_API_KEY."
        next_step = (
            "Check the key: it may be wrong, revoked, or for another account. Set it and restart Parley."
        )
    else:
        sentence = f"{agent} wants a key, and none is set."
        next_step = "Set ASSEMBLYAI_API_KEY and restart Parley."
    return AuthRefused(sentence, next_step, code="unauthorized")


KEY_REFUSED = key_refused()


def from_session_error(event: SessionError, refusal: AuthRefused = KEY_REFUSED) -> VoiceAgentError:
    """Sort a `session.error` into the tree by its code; unknown codes are refusals of one message.

    `refusal` is what to say of a refused key.
    """
    voice = _INVALID_VOICE.match(event.message)
    if voice:
        return _voice_refused(voice["voice"], voice["valid"])
    if event.code == "unauthorized" or (event.code not in _BY_CODE and is_about_key(event.message)):
        return refusal
    return _BY_CODE.get(event.code, _message_refused)(event)


def from_close_reason(reason: str, refusal: AuthRefused = KEY_REFUSED) -> VoiceAgentError | None:
    """What a socket's close says by its reason alone, a code or a sentence; None for nothing known."""
    code = reason.strip().lower().replace(" ", "_")
    said = SessionError(code=code if code in _BY_CODE else "", message=reason)
    error = from_session_error(said, refusal)
    return None if isinstance(error, MessageRefused) else error


def is_about_key(text: str) -> bool:
    """Whether an agent's or a token endpoint's words are about the key."""
    return _ABOUT_THE_KEY.search(text) is not None


def _voice_refused(voice: str, listed: str) -> VoiceRefused:
    names = (name.strip(" '\"[].")[:_MAX_VOICE_CHARS] for name in listed.split(","))
    valid = tuple(name for name in names if name)[:_MAX_VOICES]
    return VoiceRefused(
        f"The agent does not know the voice “{voice[:_MAX_VOICE_CHARS]}”.",
        f"Pick one it offers: {', '.join(valid)}.",
        voice=voice,
        valid_voices=valid,
    )


def _quoted(event: SessionError) -> str:
    return event.message[:_MAX_QUOTED_CHARS] or event.code


def _not_permitted(event: SessionError) -> VoiceAgentError:
    return AuthRefused(
        f"The agent does not permit this call: {_quoted(event)}",
        "Check what the key in ASSEMBLYAI_API_KEY may be used for.",
        code=event.code,
    )


def _config_refused(event: SessionError) -> VoiceAgentError:
    where = f" {event.param}" if event.param else ""
    return ConfigRefused(
        f"The agent refused the setting{where}: {_quoted(event)}",
        "Change it in the sidebar.",
        code=event.code,
        param=event.param,
    )


def _session_gone(event: SessionError) -> VoiceAgentError:
    return SessionGone(
        f"The agent has closed this session: {_quoted(event)}",
        "Connect again for a new one.",
        code=event.code,
    )


def _agent_unknown(event: SessionError) -> VoiceAgentError:
    return SessionGone(
        f"The agent service has no such agent: {_quoted(event)}",
        "Check the agent's id, or connect without one.",
        code=event.code,
        param=event.param,
    )


def _agent_busy(event: SessionError) -> VoiceAgentError:
    return AgentBusy(
        f"The agent has no free line right now: {_quoted(event)}", "Try again in a minute.", code=event.code
    )


def _agent_failed(event: SessionError) -> VoiceAgentError:
    return AgentFailed(f"The agent failed on its side: {_quoted(event)}", "Connect again.", code=event.code)


def _message_refused(event: SessionError) -> VoiceAgentError:
    return MessageRefused(
        f"The agent refused a message: {_quoted(event)}", code=event.code, param=event.param
    )


_BY_CODE: dict[str, Callable[[SessionError], VoiceAgentError]] = {
    "unauthorized": lambda _: KEY_REFUSED,
    "forbidden": _not_permitted,
    "at_capacity": _agent_busy,
    "concurrency_exceeded": _agent_busy,
    "internal_error": _agent_failed,
    "server_error": _agent_failed,
    "agent_init_failed": _agent_failed,
    "agent_timeout": _agent_failed,
    "agent_not_found": _agent_unknown,
    "session_not_found": _session_gone,
    "session_forbidden": _session_gone,
    "session_expired": _session_gone,
    "agent_id_not_first": _config_refused,
    "invalid_value": _config_refused,
    "immutable_field": _config_refused,
    "invalid_config": _config_refused,
    "invalid_webhook": _config_refused,
    "invalid_format": _message_refused,
    "invalid_audio": _message_refused,
    "audio_rate_violation": _message_refused,
}

# Every code that the service is documented or was seen to use.
KNOWN_CODES = frozenset(_BY_CODE)
