"""Every documented code finds its place in the tree, and tells a person what to do."""

import json

import pytest

from voice.protocol import errors
from voice.protocol.codec import decode_server
from voice.protocol.errors import (
    AuthRefused,
    VoiceAgentError,
    VoiceRefused,
    from_close_reason,
    from_session_error,
    key_refused,
)
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
    event = decode_server(json.dumps({"type": "session.error", "code": sent, "message": "the words"}))
    assert isinstance(event, SessionError)
    error = from_session_error(event)
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


@pytest.mark.parametrize(
    "event",
    [
        {"type": "session.error", "code": "unauthorized", "message": "Authentication failed"},
        {"type": "session.error", "code": "UNAUTHORIZED", "message": None},
        {"type": "error", "code": "unauthorized"},
        {"code": "unauthorized", "message": None},
        {"message": "Authentication failed"},
        {"error": "Invalid API key"},
        {"code": 4001, "message": "Invalid API key"},
    ],
    ids=str,
)
def test_a_refused_key_is_one_sentence_however_it_comes(event: dict[str, object]) -> None:
    decoded = decode_server(json.dumps(event))
    assert isinstance(decoded, SessionError)
    assert from_session_error(decoded, key_refused("AssemblyAI")).sentence == (
        "AssemblyAI refused the key in ASSEMBLYAI_API_KEY."
    )


@pytest.mark.parametrize(
    "reason", ["Authentication failed", "unauthorized", "Unauthorized", "Invalid API key"]
)
def test_a_close_tells_of_a_refused_key_by_its_reason(reason: str) -> None:
    refusal = key_refused("The agent at ws://other")
    assert from_close_reason(reason, refusal) is refusal


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("Session not found", errors.SessionGone),
        ("session_expired", errors.SessionGone),
        ("Invalid voice 'ivy'. Must be one of: alba", errors.VoiceRefused),
        ("", None),
        ("policy", None),
    ],
)
def test_a_close_with_another_reason_is_sorted_like_an_error(reason: str, kind: type | None) -> None:
    error = from_close_reason(reason)
    assert error is None if kind is None else type(error) is kind


def test_words_about_keys_in_an_error_of_another_kind_change_nothing() -> None:
    error = from_session_error(SessionError(code="invalid_value", message="'unauthorized' is no voice"))
    assert type(error) is errors.ConfigRefused


def test_an_agent_that_wants_a_key_where_none_is_set_says_that() -> None:
    error = key_refused("The agent at ws://other", has_key=False)
    assert isinstance(error, AuthRefused)
    assert error.sentence == "The agent at ws://other wants a key, and none is set."
    assert "Set ASSEMBLYAI_API_KEY" in error.next_step
