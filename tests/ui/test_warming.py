"""What a first page needs is there before it is opened."""

import subprocess
import sys

SCRIPT = """
import sys
from voice.ui.warming import LIBRARIES, warm_up
early = [name for name in LIBRARIES if name in sys.modules]
warm_up().join()
print(early, all(name in sys.modules for name in LIBRARIES))
"""


def test_what_the_server_itself_does_not_need_is_imported_beside_its_start() -> None:
    command = [sys.executable, "-c", SCRIPT]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own text
    assert told.stdout == "[] True\n"
