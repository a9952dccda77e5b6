"""Finds an installed Chrome or Chromium; with `--install`, installs one as the platform allows."""

import shutil
import sys
from pathlib import Path

from tests.support.apt import apt_install

# The shell is the same browser without its windows. Loading a page takes it a third less processor time.
_SHELL = "chromium-headless-shell"
_NAMES = (_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
_MISSING = (
    "No Chrome or Chromium was found and none could be installed. Install one, then run the tests again."
)


def find_chromium() -> str | None:
    """Path of a browser on this machine."""
    on_path = next(filter(None, map(shutil.which, _NAMES)), None)
    return on_path or next((place for place in _PLACES if Path(place).exists()), None)


def main() -> int:
    """Print the path, after installing if asked to; status 1 if there is none."""
    if find_chromium() is None and "--install" in sys.argv and not apt_install(_SHELL):
        apt_install("chromium")
    found = find_chromium()
    sys.stdout.write(f"{found or _MISSING}\n")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
