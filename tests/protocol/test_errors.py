"""Every documented code finds its place in the tree, and tells a person what to do."""

import pytest

from voice.protocol import errors
from voice.protocol.errors import VoiceAgentError, VoiceRefused, from_session_error
from voice.protocol.server_events import SessionError

# code, class, ends the call, trying again may help
TABLE: list[tuple[str, type[VoiceAgentError], bool, bool]] = [
    ("unauthorized", errors.AuthRefused, True, False),
    ("forbidden", errors.AuthRefused, True, False),
    ("at_capacity", errors.AgentBusy, True, True),
    ("concurrency_exceeded", errors.AgentBusy, True, True),
    ("internal_error", errors.AgentFailed, True, True),
    ("server_error", errors.AgentFailed, True, True),
    ("agent_init_failed", errors.AgentFailed, True, True),
    ("agent_timeout", errors.AgentFailed, True, True),
    ("agent_not_found", errors.SessionGone, True, False),
    ("session_not_found", errors.SessionGone, True, False),
    ("session_forbidden", errors.SessionGone, True, False),
    ("session_expired", errors.SessionGone, True, False),
    ("agent_id_not_first", errors.ConfigRefused, False, False),
    ("invalid_value", errors.ConfigRefused, False, False),
    ("immutable_field", errors.ConfigRefused, False, False),
    ("invalid_config", errors.ConfigRefused, False, False),
    ("invalid_webhook", errors.ConfigRefused, False, False),
    ("invalid_format", errors.MessageRefused, False, False),
    ("invalid_audio", errors.MessageRefused, False, False),
    ("audio_rate_violation", errors.MessageRefused, False, False),
    ("something_new", errors.MessageRefused, False, False),
]


@pytest.mark.parametrize(("code", "kind", "fatal", "retryable"), TABLE, ids=[row[0] for row in TABLE])
@pytest.mark.parametrize("upper", [False, True])
def test_code_to_error(
    code: str,
    kind: type[VoiceAgentError],
    fatal: bool,
    retryable: bool,
    upper: bool,
) -> None:
    sent = code.upper() if upper else code
    error = from_session_error(SessionError(code=sent, message="the words", param="p"))
    assert type(error) is kind
    assert (error.fatal, error.retryable, error.code) == (fatal, retryable, code)
    assert error.sentence.endswith((".", "the words"))
    assert str(error) == error.sentence


@pytest.mark.parametrize(("code", "kind", "fatal", "_"), TABLE, ids=[row[0] for row in TABLE])
def test_what_ends_a_call_says_what_to_do_next(code: str, kind: object, fatal: bool, _: bool) -> None:
    assert not fatal or from_session_error(SessionError(code=code)).next_step


def test_refused_field_is_named_with_the_servers_words() -> None:
    error = from_session_error(SessionError(code="invalid_value", message="too big", param="output.volume"))
    assert "output.volume" in error.sentence
    assert "too big" in error.sentence
    assert error.param == "output.volume"


def test_refused_voice_tells_the_valid_ones() -> None:
    message = "Invalid voice 'ivy'. Must be one of: 'alba', eve, \"jane\"."
    error = from_session_error(SessionError(code="invalid_value", message=message, param="output.voice"))
    assert isinstance(error, VoiceRefused)
    assert (error.voice, error.valid_voices) == ("ivy", ("alba", "eve", "jane"))
    assert "alba, eve, jane" in error.next_step


def test_list_of_voices_is_bounded() -> None:
    message = "Invalid voice 'x'. Must be one of: " + ", ".join("v" * 500 for _ in range(5_000))
    error = from_session_error(SessionError(code="invalid_value", message=message))
    assert isinstance(error, VoiceRefused)
    assert len(error.valid_voices) <= 200
    assert max(map(len, error.valid_voices)) <= 64


def test_quoted_words_are_bounded_and_an_empty_message_shows_its_code() -> None:
    long = from_session_error(SessionError(code="internal_error", message="x" * 10_000))
    assert len(long.sentence) < 400
    assert "internal_error" in from_session_error(SessionError(code="internal_error")).sentence
