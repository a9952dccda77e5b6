"""Installs a package where that takes no question: Debian and Ubuntu, as root or by `sudo -n`."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def apt_install(package: str) -> bool:
    """Install it, or leave it: who needs it says what is missing. Gives back whether it is there now."""
    if shutil.which("apt-get") is None:
        return False
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # Several targets of the Makefile run at once, and apt-get refuses to run twice.
    with (Path(tempfile.gettempdir()) / f"parley-apt-{os.geteuid()}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", package]):
            if subprocess.run([*prefix, *command], env=environment, check=False).returncode:  # noqa: S603
                return False
    return True
