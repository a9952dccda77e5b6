"""The checks of the probe as data: what each looks at and what is expected. Pure."""

from enum import StrEnum

import msgspec


class Verdict(StrEnum):
    """How a check came out."""

    SAME = "same"
    DIFFERS = "differs"
    NOT_TESTED = "not tested"
    NOT_APPLICABLE = "n/a"


class Row(msgspec.Struct, frozen=True):
    """One check. `relied_on` is False for what Parley only wants to know: it never fails the probe."""

    id: str
    title: str
    expected: str
    relied_on: bool = True


class Result(msgspec.Struct, frozen=True):
    """How one check came out; `seen` is a short text for a person, without secrets."""

    row: Row
    verdict: Verdict
    seen: str

    @property
    def fails(self) -> bool:
        """Whether Parley can't rely on it: it differs, or nobody could find out."""
        return self.row.relied_on and self.verdict in (Verdict.DIFFERS, Verdict.NOT_TESTED)


class Scene(msgspec.Struct, frozen=True):
    """Checks made together, in the order of the table."""

    name: str
    title: str
    rows: tuple[Row, ...]


REFUSALS = Scene(
    "refusals",
    "Refusals",
    (
        Row("wrong_key_refused", "Wrong key", "unauthorized, close 1008"),
        Row("wrong_key_no_token", "Token for a wrong key", "refused"),
        Row("unknown_voice", "Unknown voice", "invalid_value that lists the voices, close 1008"),
        Row("voices", "Parley's voices", "all are in that list"),
    ),
)
GREETING = Scene(
    "greeting",
    "First update, changes, and the greeting",
    (
        Row("first_update", "First update", "session.updated, then session.ready"),
        Row("config_echo", "Configuration echo", "prompt, greeting and voice as sent"),
        Row("ids", "IDs", "sess_, resp_ and msg_ with 32 hex digits", relied_on=False),
        Row("voice_is_fixed", "Changing the voice", "immutable_field, session stays open"),
        Row("greeting_is_fixed", "Changing the greeting", "immutable_field, session stays open"),
        Row("prompt_changes", "Changing the prompt", "session.updated echoes it"),
        Row("turn_detection_changes", "Changing turn detection", "session.updated echoes it"),
        Row("volume_changes", "Changing the volume", "session.updated echoes it"),
        Row("greeting_audio", "Greeting", "is spoken as 24 kHz PCM"),
        Row("lead_in", "Silence before its first sound", "under 2 s", relied_on=False),
        Row("word_times", "Words of the greeting", "each with start and end, in order"),
        Row("greeting_text", "Transcript of the greeting", "the words as configured"),
        Row("reply_order", "Order of a reply", "started, audio, transcript, done (completed)"),
        Row("session_end", "session.end", "session.ended, close 1000"),
    ),
)
TURN = Scene(
    "turn",
    "Barge-in and a spoken turn",
    (
        Row("reply_create", "reply.create", "reply.started within 2 s"),
        Row("barge_in_signal", "Talking over a reply", "input.speech.started"),
        Row("barge_in_delay", "Delay of that signal", "under 2.5 s after the voice", relied_on=False),
        Row("barge_in_transcript", "Transcript of the cut reply", "interrupted"),
        Row("barge_in_done", "End of the cut reply", "reply.done, interrupted"),
        Row("turn_end", "End of the turn", "input.speech.stopped, then transcript.user"),
        Row("recognition", "Recognition", "“what time is it”"),
        Row("turn_answered", "Answer", "a reply within 2 s of the transcript"),
    ),
)
TYPED = Scene(
    "typed",
    "Typed messages",
    (
        Row("message_taken", "conversation.message", "accepted"),
        Row("message_reaches_model", "Its content", "reaches the model", relied_on=False),
        Row("instructions_reach_model", "Text in reply.create", "is answered"),
    ),
)
TOOLS = Scene(
    "tools",
    "Tools",
    (
        Row("tool_call", "Tool call", "the tool's name, arguments as an object"),
        Row("early_result", "Result at once", "is used in the answer", relied_on=False),
        Row("late_result", "Result after reply.done", "is used in the answer"),
    ),
)
RESUME = Scene(
    "resume",
    "Opening and resuming a session",
    (
        Row("key_opens", "API key", "opens a session"),
        Row("resume_by_resume_token", "Resume with resume_token", "session resumes", relied_on=False),
        Row("resume_by_key", "Resume with the key", "session resumes", relied_on=False),
        Row("resume_by_token", "Resume with a new token", "session resumes", relied_on=False),
        Row("resume_refused", "Resume of an unknown session", "session_not_found within 2 s"),
        Row("opens_after_refusal", "New session after that", "opens"),
        Row("token_opens", "Temporary token", "opens a session"),
    ),
)
KEPT = Scene(
    "kept",
    "Stored sessions",
    (
        Row("listed", "Session list", "has the probe's sessions"),
        Row("timeline", "Timeline", "can be downloaded within 60 s of the end"),
        Row("timeline_clock", "Its clock", "Unix milliseconds within the session"),
        Row("regions", "Regional hosts", "only one lists a session", relied_on=False),
        Row("delete", "Deleting the sessions", "accepted"),
        Row("gone_from_list", "Session list after that", "no longer has them"),
        Row("gone_by_id", "Session by its ID after that", "status 404", relied_on=False),
    ),
)

SCENES = (REFUSALS, GREETING, TURN, TYPED, TOOLS, RESUME, KEPT)
ROWS = tuple(row for scene in SCENES for row in scene.rows)
