"""The timeline of one reply: sound laid end to end, cut into frames.

Pure: counts samples, reads no clock, sends nothing. It never fills a gap: while sound is late there is no
frame. Bounded by its owner, who looks at `backlog_ms`.
"""

from collections import deque

import numpy as np

from voice.agent.line_format import LineFormat, Samples


class Playout:
    """Samples of one reply in its line format, from the first frame to the last."""

    def __init__(self, line: LineFormat) -> None:
        self._line = line
        self._waiting: deque[Samples] = deque()
        self._sent = 0
        self._end = 0

    @property
    def sent_ms(self) -> float:
        """Sound handed out so far."""
        return self._line.duration_ms(self._sent)

    @property
    def backlog_ms(self) -> float:
        """Sound that has not been handed out yet."""
        return self._line.duration_ms(self._end - self._sent)

    @property
    def has_frame(self) -> bool:
        """Whether a whole frame is there to be sent."""
        return self._end - self._sent >= self._line.frame_samples

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be sent, not even a part of a frame."""
        return self._end == self._sent

    def lay(self, sound: Samples) -> float:
        """Put sound behind what is there; return where it starts, in ms."""
        start = self._end
        self._waiting.append(sound)
        self._end += len(sound)
        return self._line.duration_ms(start)

    def next_frame(self, volume: float) -> bytes:
        """The next frame's bytes, whole: silence fills up the last one of the reply."""
        frame = np.zeros(self._line.frame_samples, np.int16)
        filled = 0
        while self._waiting and filled < len(frame):
            head = self._waiting.popleft()
            taken = head[: len(frame) - filled]
            frame[filled : filled + len(taken)] = taken
            filled += len(taken)
            if len(taken) < len(head):
                self._waiting.appendleft(head[len(taken) :])
        self._sent += filled
        return self._line.encode(frame, volume)
