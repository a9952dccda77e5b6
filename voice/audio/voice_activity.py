"""When a person begins and stops to speak, by loudness alone. Owns the noise floor; knows no time but chunks.

It serves measuring, not turn-taking: that is the agent's. Any sound well above the room counts as voice.
"""

from collections import deque
from enum import Enum

from voice.audio.levels import AUDIBLE_DBFS

CHUNK_MS = 20
# Shorter sounds are clicks: keys, a mouth that opens.
HEARD_AFTER_MS = 60
# Longer than the closure of a consonant, shorter than any agent waits before it takes a turn.
PAUSED_AFTER_MS = 120

_MARGIN_DB = 10.0
# The floor is the quietest chunk of the last 3 s: speech dips that low between its syllables.
_BLOCK_CHUNKS = 12
_FLOOR_BLOCKS = 12
# What a room is taken for until it was heard, and the least it is taken for: muted sound is digital silence.
_ASSUMED_FLOOR_DBFS = -60.0
_LOWEST_FLOOR_DBFS = -70.0


class Voice(Enum):
    """What was just found out."""

    HEARD = "heard"
    PAUSED = "paused"


class VoiceActivity:
    """Fed with the level of each chunk of `CHUNK_MS`. Not thread-safe; holds a dozen numbers."""

    def __init__(self) -> None:
        self._floors: deque[float] = deque([_ASSUMED_FLOOR_DBFS], maxlen=_FLOOR_BLOCKS)
        self._block_floor = 0.0
        self._block_chunks = 0
        self._loud_run = 0
        self._quiet_run = 0
        self._speaking = False

    def feed(self, level_dbfs: float) -> Voice | None:
        """Take the next chunk's level.

        Returns `HEARD` when a voice has lasted for `HEARD_AFTER_MS`, `PAUSED` when it has been quiet for
        `PAUSED_AFTER_MS` since, else None. Both come that much late: their moment lies so far back.
        """
        is_loud = level_dbfs > self._threshold_dbfs(level_dbfs)
        self._loud_run = self._loud_run + 1 if is_loud else 0
        is_voice = self._loud_run * CHUNK_MS >= HEARD_AFTER_MS
        # A click in a pause does not lengthen what was said before it.
        self._quiet_run = 0 if is_voice else self._quiet_run + 1
        if is_voice and not self._speaking:
            self._speaking = True
            return Voice.HEARD
        if self._speaking and self._quiet_run * CHUNK_MS >= PAUSED_AFTER_MS:
            self._speaking = False
            return Voice.PAUSED
        return None

    def _threshold_dbfs(self, level_dbfs: float) -> float:
        self._block_floor = min(self._block_floor, level_dbfs)
        self._block_chunks += 1
        floor_dbfs = max(_LOWEST_FLOOR_DBFS, min(self._block_floor, *self._floors))
        if self._block_chunks == _BLOCK_CHUNKS:
            self._floors.append(self._block_floor)
            self._block_floor = 0.0
            self._block_chunks = 0
        return max(AUDIBLE_DBFS, floor_dbfs + _MARGIN_DB)
