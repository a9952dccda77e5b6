"""Endpointing: when a person starts, stops, and takes the floor from the agent.

Owns the turn state of one call as a pure machine fed one 32 ms frame at a time. It must never touch
audio, models or clocks: time is the number of frames fed.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from voice.agent.completeness import Completeness, completeness
from voice.agent.listener_config import ListenerConfig, TranscriptionMode

FRAME_MS: Final = 32
# Four frames. Clicks, key strokes and lip smacks light up one to three; the shortest "no" has about six.
ONSET_MS: Final = 4 * FRAME_MS
# The dip inside a word (a stop consonant) is under 100 ms; a longer one while idle means two clicks.
_IDLE_GAP_MS: Final = 3 * FRAME_MS
# Over the agent, words with an ordinary gap between them ("wait, stop") add up to one interruption.
_OVERLAP_GAP_MS: Final = 10 * FRAME_MS
# Silero's own advice: leave speech 0.15 below the entry threshold, so a fading vowel is not a pause.
_HYSTERESIS: Final = 0.15
# Silero never says exactly 0 or 1: at 0 a turn would never end and at 1 none would ever start.
_THRESHOLD_LIMITS: Final = (0.02, 0.98)
MAX_TURN_MS: Final = 120_000  # bounds the memory and the recognition time of one utterance


@dataclass(frozen=True, slots=True)
class _Patience:
    """Silence, in ms, before each verdict on the words ends the turn."""

    complete_ms: int
    unclear_ms: int
    unfinished_ms: int


# Pauses inside a turn mostly last under half a second, and Silero lags the last sound by about two
# frames, so 600 ms after a complete sentence seldom cuts anyone off and stays well under the second at
# which people repeat themselves. min_latency takes the risk of a longer breath; max_accuracy does not.
# Words that hang ("and", "um", digits being read) get two to three times as long: a thinking pause.
_ADAPTIVE: Final[dict[TranscriptionMode, _Patience]] = {
    "min_latency": _Patience(complete_ms=400, unclear_ms=600, unfinished_ms=1200),
    "balanced": _Patience(complete_ms=600, unclear_ms=900, unfinished_ms=1800),
    "max_accuracy": _Patience(complete_ms=900, unclear_ms=1400, unfinished_ms=2600),
}


class Decision(Enum):
    """What a frame settled. `BARGE_IN` always comes together with an open turn."""

    SPEECH_STARTED = auto()
    SPEECH_STOPPED = auto()
    BARGE_IN = auto()


class _Phase(Enum):
    IDLE = auto()
    HELD = auto()  # a turn spoken over an agent that may not be interrupted: announced when it is done
    OPEN = auto()


def _patience(config: ListenerConfig) -> _Patience:
    if config.adaptive:
        return _ADAPTIVE[config.transcription_mode]
    return _Patience(config.min_silence_ms, config.max_silence_ms, config.max_silence_ms)


def required_silence_ms(config: ListenerConfig, text: str | None) -> int:
    """Return the silence that ends a turn with these words; None, not yet recognised, gets the longest."""
    patience = _patience(config)
    if text is None:
        return patience.unfinished_ms
    return {
        Completeness.COMPLETE: patience.complete_ms,
        Completeness.UNCLEAR: patience.unclear_ms,
        Completeness.UNFINISHED: patience.unfinished_ms,
    }[completeness(text)]


class Endpointer:
    """Turn state of one call. `config` may be replaced at any time, also while a turn is open."""

    def __init__(self, config: ListenerConfig) -> None:
        self.config = config
        self._phase = _Phase.IDLE
        self._voiced = False  # the latest frame counts as speech
        self._speech_ms = 0  # speech in the candidate onset, or since the agent began over an open turn
        self._silence_ms = 0  # since the last speech frame
        self._turn_ms = 0
        self._barged_in = False

    @property
    def turn_open(self) -> bool:
        """Whether an utterance is being gathered, announced or held."""
        return self._phase is not _Phase.IDLE

    @property
    def onset_pending(self) -> bool:
        """Whether speech is being heard that may yet turn out to be a click or a back-channel."""
        return self._phase is _Phase.IDLE and self._speech_ms > 0

    @property
    def silence_ms(self) -> int:
        """Silence since the last speech frame."""
        return self._silence_ms

    @property
    def text_would_decide(self) -> bool:
        """Whether the silence is already long enough that complete-looking words would end the turn."""
        return (
            self._phase is _Phase.OPEN and self._silence_ms + FRAME_MS >= _patience(self.config).complete_ms
        )

    def step(self, probability: float, *, agent_speaking: bool, text: str | None) -> tuple[Decision, ...]:
        """Take one frame and return what it settled, in order.

        Args:
            probability: speech probability of the frame, 0 to 1.
            agent_speaking: whether the agent's voice is playing.
            text: words of the utterance up to the current silence, or None when not known yet.
        """
        self._hear(probability)
        if self._phase is _Phase.IDLE:
            return self._step_idle(agent_speaking)
        self._turn_ms += FRAME_MS
        if self._phase is _Phase.HELD:
            return self._step_held(agent_speaking)
        return self._step_open(agent_speaking, text)

    def _hear(self, probability: float) -> None:
        low, high = _THRESHOLD_LIMITS
        enter = min(max(self.config.vad_threshold, low), high)
        leave = max(enter - _HYSTERESIS, enter / 2)
        self._voiced = probability >= (leave if self._voiced else enter)
        self._silence_ms = 0 if self._voiced else self._silence_ms + FRAME_MS

    def _step_idle(self, agent_speaking: bool) -> tuple[Decision, ...]:
        gap_ms = _OVERLAP_GAP_MS if agent_speaking else _IDLE_GAP_MS
        if self._voiced:
            self._speech_ms += FRAME_MS
        elif self._silence_ms > gap_ms:
            self._speech_ms = 0
        if self._speech_ms < self._onset_needed_ms(agent_speaking):
            return ()
        if agent_speaking and not self.config.interrupt_response:
            self._enter(_Phase.HELD)
            return ()
        self._enter(_Phase.OPEN)
        if not agent_speaking:
            return (Decision.SPEECH_STARTED,)
        self._barged_in = True
        return (Decision.SPEECH_STARTED, Decision.BARGE_IN)

    def _onset_needed_ms(self, agent_speaking: bool) -> int:
        if agent_speaking and self.config.interrupt_response:
            return ONSET_MS + self.config.effective_interruption_delay_ms
        return ONSET_MS

    def _step_held(self, agent_speaking: bool) -> tuple[Decision, ...]:
        if self._turn_ms >= MAX_TURN_MS:
            # Nobody talks for two minutes over an agent: it is a television. Start afresh.
            self._enter(_Phase.IDLE)
        elif not agent_speaking or self.config.interrupt_response:
            self._enter(_Phase.OPEN)
            return (Decision.SPEECH_STARTED,)
        return ()

    def _step_open(self, agent_speaking: bool, text: str | None) -> tuple[Decision, ...]:
        if self._silence_ms >= required_silence_ms(self.config, text) or self._turn_ms >= MAX_TURN_MS:
            self._enter(_Phase.IDLE)
            return (Decision.SPEECH_STOPPED,)
        return self._overlap(agent_speaking)

    def _overlap(self, agent_speaking: bool) -> tuple[Decision, ...]:
        """An agent that starts up in the middle of a turn is interrupted like any other."""
        if not agent_speaking:
            self._speech_ms = 0
            self._barged_in = False
        elif self._voiced:
            self._speech_ms += FRAME_MS
        elif self._silence_ms > _OVERLAP_GAP_MS:
            self._speech_ms = 0
        due = self._speech_ms >= ONSET_MS + self.config.effective_interruption_delay_ms
        if agent_speaking and self.config.interrupt_response and due and not self._barged_in:
            self._barged_in = True
            return (Decision.BARGE_IN,)
        return ()

    def _enter(self, phase: _Phase) -> None:
        if phase is _Phase.IDLE or self._phase is _Phase.IDLE:
            self._turn_ms = 0
        self._phase = phase
        self._speech_ms = 0
        self._barged_in = False
