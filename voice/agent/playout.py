"""The time line of one reply: speech laid end to end, cut into frames, silence where there is none yet.

Pure: counts samples, reads no clock, sends nothing. Bounded by its owner, who looks at `backlog_ms`.
"""

from collections import deque

import numpy as np

from voice.agent.line_format import LineFormat, Samples


class Playout:
    """Samples of one reply in its line format, from the first frame to the last."""

    def __init__(self, line: LineFormat, lead_in_ms: float) -> None:
        self._line = line
        self._lead_in = round(lead_in_ms * line.rate_hz / 1000)
        self._waiting: deque[Samples] = deque()
        self._sent = 0
        self._end = 0  # where on the time line the speech laid so far ends

    @property
    def sent_ms(self) -> float:
        """Audio handed out so far, silence included."""
        return self._line.duration_ms(self._sent)

    @property
    def backlog_ms(self) -> float:
        """Speech that has not been handed out yet."""
        return self._line.duration_ms(max(0, self._end - self._sent))

    @property
    def has_speech(self) -> bool:
        """Whether the next frame holds speech laid here."""
        return self._end > self._sent

    def lay(self, speech: Samples) -> float:
        """Put speech behind what is there, not before the lead-in is over; return where it starts, in ms."""
        start = max(self._end, self._sent, self._lead_in)
        gap = start - max(self._end, self._sent)
        if gap:
            self._waiting.append(np.zeros(gap, np.int16))
        self._waiting.append(speech)
        self._end = start + len(speech)
        return self._line.duration_ms(start)

    def next_frame(self, volume: float) -> bytes:
        """The next frame's bytes, whole: silence fills what speech does not."""
        frame = np.zeros(self._line.frame_samples, np.int16)
        filled = 0
        while self._waiting and filled < len(frame):
            head = self._waiting.popleft()
            taken = head[: len(frame) - filled]
            frame[filled : filled + len(taken)] = taken
            filled += len(taken)
            if len(taken) < len(head):
                self._waiting.appendleft(head[len(taken) :])
        self._sent += len(frame)
        return self._line.encode(frame, volume)
