"""Records without end, and says when it has begun to write; for a test that kills it."""

import sys
import time
from pathlib import Path

import numpy as np

from voice.audio.recorder import Recorder

PIECE_S = 0.02


def main(path: Path) -> None:
    begun = time.monotonic()
    recorder = Recorder(path, begun_at=begun, on_failed=sys.exit)
    recorder.start()
    rng = np.random.default_rng(1)
    told = False
    while True:
        recorder.heard(rng.normal(0, 3000, 480).astype(np.int16))
        recorder.played(rng.normal(0, 3000, 960).astype(np.int16))
        if not told and time.monotonic() - begun > 3.0:
            told = True
            sys.stdout.write("3 s\n")
            sys.stdout.flush()
        time.sleep(PIECE_S)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
