"""One scripted call, stopped in each of its states: what the page is shown for pictures.

The session's own reducer makes every view, so a picture cannot show what a call could not.
"""

from collections.abc import Callable, Iterable, Iterator

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
# The service's, so that the pictures show what a call costs.
_USD_PER_HOUR = 4.5
_MOMENT_S = 0.9
_LEAD_IN_MS = 100
_PATCH = SessionPatch(
    system_prompt="You are Parley.",
    greeting=_GREETING,
    input=InputPatch(transcription_mode="min_latency"),
    output=OutputPatch(voice="alba"),
)


class Scene:
    """A call in the making, begun at `now` in epoch seconds."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.session: Session = new_session(_PATCH, begun_at=now)
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
        self.happen(inputs.LinkOpened(usd_per_hour=_USD_PER_HOUR), after_s=0.2)
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
    """Every state by its name, as views a moment after it began, which is `now` in epoch seconds."""
    stories = {
        name: story for story in (_talk, _connecting, _lost, _hung_up, _failed) for name in _names(story)
    }
    return {"idle": view_of(None)} | {name: _view(story, name, now) for name, story in stories.items()}


_Story = Callable[[Scene], Iterator[str]]


def _names(story: _Story) -> list[str]:
    return list(story(Scene(0.0)))


def _view(story: _Story, name: str, now: float) -> CallView:
    rehearsal = Scene(0.0)
    _play(story, rehearsal, name)
    scene = Scene(now - rehearsal.now - _MOMENT_S)
    _play(story, scene, name)
    return view_of(scene.session)


def _play(story: _Story, scene: Scene, until: str) -> None:
    next(name for name in story(scene) if name == until)


def _connecting(scene: Scene) -> Iterator[str]:
    scene.happen(inputs.LinkOpened(usd_per_hour=_USD_PER_HOUR), after_s=0.2)
    yield "connecting"


def _talk(scene: Scene) -> Iterator[str]:
    scene.connect()
    scene.finish(scene.answer(_GREETING))
    yield "listening"
    scene.happen(inputs.MuteSet(True), after_s=1.0)
    yield "muted"
    scene.happen(inputs.MuteSet(False))
    scene.receive(events.InputSpeechStarted(), after_s=1.0)
    scene.receive(events.TranscriptUserDelta(item_id="q", text="What is twelve times"), after_s=1.0)
    yield "hearing"
    question = events.TranscriptUser(item_id="q", text=_QUESTION)
    scene.receive(events.InputSpeechStopped(), question, after_s=1.0)
    yield "thinking"
    reply_id = scene.answer(_ANSWER)
    yield "speaking"
    scene.finish(reply_id)
    scene.ask("Tell me a story.")
    cut = scene.answer(_CUT)
    scene.receive(events.InputSpeechStarted(), after_s=1.8)
    scene.happen(inputs.PlayoutFlushed(cut, 1_800.0))
    scene.receive(events.ReplyDone(reply_id=cut, status="interrupted"))
    yield "interrupted"


def _lost(scene: Scene) -> Iterator[str]:
    _play(_talk, scene, "interrupted")
    scene.receive(events.InputSpeechStopped(), events.TranscriptUser(item_id="s", text="Stop, thank you."))
    scene.happen(inputs.LinkClosed(1006, ""), after_s=3.0)
    yield "reconnecting"


def _hung_up(scene: Scene) -> Iterator[str]:
    _play(_talk, scene, "interrupted")
    scene.happen(inputs.HangUp(), after_s=110.0)
    scene.receive(events.SessionEnded())
    yield "ended"


def _failed(scene: Scene) -> Iterator[str]:
    _play(_talk, scene, "interrupted")
    failure = MediaFailed(
        "Sound from the browser's microphone stopped arriving, so the call was ended.",
        "Check the network and the microphone, then connect again.",
    )
    scene.happen(inputs.Failed(failure), after_s=20.0)
    yield "error"
