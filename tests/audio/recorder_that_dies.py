"""Records without end, and says ten times a second how long it has; for whoever kills it."""

import sys
import time
from pathlib import Path

import numpy as np

from voice.audio.recorder import Recorder

PIECE_S = 0.02
PIECES_PER_LINE = 5


def main(path: Path) -> None:
    begun = time.monotonic()
    recorder = Recorder(path, begun_at=begun, on_failed=sys.exit)
    recorder.start()
    rng = np.random.default_rng(1)
    pieces = 0
    while True:
        recorder.heard(rng.normal(0, 3000, 480).astype(np.int16))
        recorder.played(rng.normal(0, 3000, 960).astype(np.int16))
        pieces += 1
        if pieces % PIECES_PER_LINE == 0:
            sys.stdout.write(f"{time.monotonic() - begun:.3f}\n")
            sys.stdout.flush()
        time.sleep(max(0.0, begun + pieces * PIECE_S - time.monotonic()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
