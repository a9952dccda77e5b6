"""Works out the waveforms of recordings that have none yet, aside and one at a time.

Own calls bring theirs along: what is decoded here was cut short, or comes from elsewhere. Decoding shares the
interpreter with the sound of running calls, so it rests as often as it works.
"""

import logging
import threading
import time
from collections import OrderedDict
from pathlib import Path

from voice.history.peaks import Peaks, kept_peaks, peaks
from voice.history.records import HistoryProblem

_log = logging.getLogger(__name__)

# Between two seconds of sound, which take about half as long to decode.
_REST_S = 0.005
# Those that were asked for last; more wait nowhere and are asked for again.
_MAX_WAITING = 16
_MAX_KNOWN = 64

_UNREADABLE = HistoryProblem("The waveform of this recording can't be made.")

_File = tuple[Path, int]


class Waveforms:
    """Waveforms in at most `buckets` parts. Thread-safe. Its thread lives while there is work."""

    def __init__(self, buckets: int) -> None:
        self._buckets = buckets
        self._lock = threading.Lock()
        # When full, the one that was asked for longest ago goes.
        self._waiting: OrderedDict[_File, None] = OrderedDict()
        # What is no cache on the disk: failures, and all where the folder takes none.
        self._known: OrderedDict[_File, Peaks | HistoryProblem] = OrderedDict()
        self._working = False

    def ask(self, path: Path) -> Peaks | HistoryProblem | None:
        """The waveform, or why there is none; `None` while it is worked out. Ask again in a second."""
        try:
            kept = kept_peaks(path, self._buckets)
            file = (path, path.stat().st_size)
        except (HistoryProblem, OSError) as error:
            return error if isinstance(error, HistoryProblem) else _UNREADABLE
        with self._lock:
            found = kept or self._known.get(file)
        if found is None:
            self._begin(file)
        return found

    def _begin(self, file: _File) -> None:
        with self._lock:
            self._waiting.setdefault(file)
            while len(self._waiting) > _MAX_WAITING:
                self._waiting.popitem(last=False)
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="waveforms", daemon=True).start()

    def _work(self) -> None:
        while (file := self._next()) is not None:
            try:
                made: Peaks | HistoryProblem = peaks(file[0], self._buckets, rest=_rest)
            except HistoryProblem as problem:
                made = problem
            except Exception:  # noqa: BLE001 - logged; the next one must have its turn
                _log.exception("the waveform of a recording can't be made")
                made = _UNREADABLE
            self._done(file, made)

    def _next(self) -> _File | None:
        with self._lock:
            self._working = bool(self._waiting)
            return next(iter(self._waiting), None)

    def _done(self, file: _File, made: Peaks | HistoryProblem) -> None:
        with self._lock:
            self._waiting.pop(file, None)
            self._known[file] = made
            while len(self._known) > _MAX_KNOWN:
                self._known.popitem(last=False)


def _rest() -> None:
    time.sleep(_REST_S)
