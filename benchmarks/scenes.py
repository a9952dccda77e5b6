"""One scripted call, stopped in each of its states: what the page is shown for pictures.

The session's own reducer makes every view, so a picture cannot show what a call could not.
"""

from collections.abc import Iterable

from voice.conversation.view import CallView, view_of
from voice.protocol import inputs
from voice.protocol import server_events as events
from voice.protocol.config import InputPatch, OutputPatch, SessionPatch
from voice.protocol.errors import MediaFailed
from voice.protocol.session import Session, new_session, step

_GREETING = "Hi, I'm Parley. What can I do for you?"
_QUESTION = "What is twelve times seven, and how far is ten miles?"
_ANSWER = "Twelve times seven is eighty-four, and ten miles are about sixteen kilometres."
_CUT = "Shall I go on with a long story about a lighthouse keeper who counted ships every evening?"
_WORD_MS = 310
_LEAD_IN_MS = 100
_PATCH = SessionPatch(
    system_prompt="You are Parley.",
    greeting=_GREETING,
    input=InputPatch(transcription_mode="min_latency"),
    output=OutputPatch(voice="alba"),
)


class Scene:
    """A call in the making; times run from `now`, in epoch seconds."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.session: Session = new_session(_PATCH)
        self._replies = 0

    def happen(self, *happened: inputs.AnyInput, after_s: float = 0.0) -> None:
        """Let these happen, `after_s` after the last."""
        self.now += after_s
        for one in happened:
            self.session, _ = step(self.session, one, self.now)

    def receive(self, *received: events.ServerEvent, after_s: float = 0.0) -> None:
        """Let the agent say these."""
        self.happen(*(inputs.Received(event) for event in received), after_s=after_s)  # type: ignore[arg-type]

    def connect(self) -> None:
        """From the click to the microphone being heard."""
        self.happen(inputs.Tick())
        self.happen(inputs.LinkOpened(), after_s=0.2)
        self.receive(events.SessionReady(session_id="sess_0"), after_s=0.2)
        self.happen(inputs.MediaConnected(), after_s=0.3)

    def ask(self, words: str) -> None:
        """The person says this and the agent takes it."""
        self.receive(events.InputSpeechStarted(), after_s=1.0)
        self.receive(events.TranscriptUserDelta(item_id=words, text=words), after_s=1.2)
        self.receive(
            events.InputSpeechStopped(), events.TranscriptUser(item_id=words, text=words), after_s=0.9
        )

    def answer(self, text: str, *, after_s: float = 0.4) -> str:
        """The agent begins to say this; gives the reply's id."""
        self._replies += 1
        reply_id = f"resp_{self._replies}"
        self.receive(events.ReplyStarted(reply_id=reply_id), after_s=after_s)
        self.receive(events.ReplyAudio(reply_id=reply_id, data=b"\0\0"), *_words(reply_id, text))
        self.receive(events.TranscriptAgent(reply_id=reply_id, text=text))
        self.happen(inputs.ReplyAudible(reply_id, lead_in_ms=_LEAD_IN_MS), after_s=0.1)
        return reply_id

    def finish(self, reply_id: str) -> None:
        """The reply is heard to its end."""
        self.receive(events.ReplyDone(reply_id=reply_id), after_s=2.0)
        self.happen(inputs.ReplyDrained(reply_id, 4_000.0), after_s=0.3)


def _words(reply_id: str, text: str) -> Iterable[events.ServerEvent]:
    for index, word in enumerate(text.split()):
        start_ms = _LEAD_IN_MS + index * _WORD_MS
        yield events.TranscriptAgentDelta(
            reply_id=reply_id, delta=word, start_ms=start_ms, end_ms=start_ms + _WORD_MS
        )


def scenes(now: float) -> dict[str, CallView]:
    """Every state by its name, as views at `now` in epoch seconds."""
    made: dict[str, CallView] = {"idle": view_of(None)}
    scene = Scene(now - 30.0)
    scene.happen(inputs.Tick())
    scene.happen(inputs.LinkOpened(), after_s=0.2)
    made["connecting"] = view_of(scene.session)

    scene = Scene(now - 30.0)
    scene.connect()
    scene.finish(scene.answer(_GREETING))
    made["listening"] = view_of(scene.session)
    scene.happen(inputs.MuteSet(True))
    made["muted"] = view_of(scene.session)
    scene.happen(inputs.MuteSet(False))
    scene.receive(events.InputSpeechStarted(), after_s=1.0)
    scene.receive(events.TranscriptUserDelta(item_id="q", text="What is twelve times"), after_s=1.0)
    made["hearing"] = view_of(scene.session)
    scene.receive(
        events.InputSpeechStopped(), events.TranscriptUser(item_id="q", text=_QUESTION), after_s=1.0
    )
    made["thinking"] = view_of(scene.session)
    reply_id = scene.answer(_ANSWER)
    made["speaking"] = view_of(scene.session)
    scene.finish(reply_id)
    scene.ask("Tell me a story.")
    cut = scene.answer(_CUT)
    scene.receive(events.InputSpeechStarted(), after_s=1.8)
    scene.happen(inputs.PlayoutFlushed(cut, 1_800.0))
    scene.receive(events.ReplyDone(reply_id=cut, status="interrupted"))
    made["interrupted"] = view_of(scene.session)
    scene.receive(events.InputSpeechStopped(), events.TranscriptUser(item_id="s", text="Stop, thank you."))
    scene.happen(inputs.Tick(), after_s=20.0)
    lost = scene.session
    scene.happen(inputs.LinkClosed(1006, ""))
    made["reconnecting"] = view_of(scene.session)
    scene.session = lost
    scene.happen(inputs.HangUp())
    scene.receive(events.SessionEnded())
    made["ended"] = view_of(scene.session)
    scene.session = lost
    scene.happen(
        inputs.Failed(MediaFailed("Sound from the browser's microphone stopped arriving.", "Connect again."))
    )
    made["error"] = view_of(scene.session)
    return made
