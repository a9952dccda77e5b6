"""The recording of one call, or its absence, and what a person is told when it goes wrong.

Never blocks the call loop.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.audio.loudness import Bins
from voice.audio.recorder import Recorder
from voice.history.peaks import keep_peaks
from voice.protocol.errors import NotKept

_log = logging.getLogger(__name__)

# The disk gets so long for the last half second; the file plays without it.
_CLOSE_TIMEOUT_S = 1.0

Tap = Callable[[NDArray[np.int16]], None]


class Recording:
    """Position 0 of the file is `begun_at`, on `clock`. With no `path`, nothing is recorded."""

    def __init__(
        self,
        path: Path | None,
        *,
        begun_at: float,
        clock: Callable[[], float],
        tell: Callable[[NotKept], None],
    ) -> None:
        """`tell` is called from any thread, with what has gone wrong; must not block."""
        self._recorder = (
            None
            if path is None
            else Recorder(
                path,
                begun_at=begun_at,
                clock=clock,
                on_failed=lambda reason: tell(_failed(reason)),
                on_dropped=lambda: tell(_dropped()),
                on_written=lambda bins: _keep_peaks(path, bins),
                on_restored=lambda: tell(_restored()),
            )
        )

    @property
    def heard(self) -> Tap | None:
        """Takes what the microphone captures."""
        return self._recorder.heard if self._recorder else None

    @property
    def played(self) -> Tap | None:
        """Takes what is played of the agent."""
        return self._recorder.played if self._recorder else None

    def start(self) -> None:
        """Begin to write."""
        if self._recorder is not None:
            self._recorder.start()

    def stop(self) -> None:
        """Take no more sound."""
        if self._recorder is not None:
            self._recorder.stop()

    async def written(self) -> None:
        """Wait, not for long, until everything is in the file."""
        if self._recorder is None:
            return
        if not await asyncio.to_thread(self._recorder.join, _CLOSE_TIMEOUT_S):
            _log.warning("the disk did not take the end of a recording in time")
        if self._recorder.dropped:
            _log.warning("%d pieces of 20 ms are missing from a recording", self._recorder.dropped)


def _keep_peaks(path: Path, bins: Bins) -> None:
    try:
        keep_peaks(path, bins)
    except OSError as error:
        _log.warning("a recording has no waveform yet: %s", error.strerror)


def _failed(reason: str) -> NotKept:
    return NotKept(
        f"This call is no longer recorded: {reason}.",
        "The call goes on. Free some space, or give Parley the right to write in its data folder.",
    )


def _restored() -> NotKept:
    return NotKept("The recording of this call was deleted while it was running. Parley saved it again.")


def _dropped() -> NotKept:
    return NotKept(
        "Parts of this call are missing from its recording: the disk is too slow.",
        "The call goes on. Set VOICE_DATA_DIR to a folder on a faster disk.",
    )
