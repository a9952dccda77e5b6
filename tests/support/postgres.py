"""A PostgreSQL server for tests, in a temporary folder; with `--install`, installs the server's package.

The server is reached by a socket in that folder only, and runs as a user without rights: it refuses root.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.support.apt import apt_install

_PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/pgsql-*/bin")
_MISSING = (
    "No PostgreSQL server was found and none could be installed. Install one, then run the tests again."
)


def find_initdb() -> str | None:
    """Path of `initdb`, whose folder has the other programs too."""
    for pattern in _PLACES:
        found = sorted(Path("/").glob(f"{pattern.lstrip('/')}/initdb"))
        if found:
            return str(found[-1])
    return shutil.which("initdb")


@contextmanager
def run_postgres() -> Iterator["Server"]:
    """Start a server, and stop it in the end."""
    initdb = find_initdb()
    if initdb is None:
        raise RuntimeError(_MISSING)
    folder = Path(tempfile.mkdtemp(prefix="parley-postgres-"))
    user = _unprivileged()
    if user is not None:
        shutil.chown(folder, user)
    programs, data, log = Path(initdb).resolve().parent, folder / "data", folder / "log"
    settings = f"-k {folder} -c listen_addresses= -c fsync=off"

    def control(*verb: str) -> None:
        _run([programs / "pg_ctl", "-D", data, "-l", log, "-o", settings, "-w", *verb], user)

    try:
        _run([programs / "initdb", "-D", data, "-U", "parley", "-A", "trust", "-E", "UTF8", "-N"], user)
        control("start")
        try:
            yield Server(f"postgresql://parley@/postgres?host={folder}", control)
        finally:
            control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


class Server:
    """A server that runs. `control` hands a verb to `pg_ctl`."""

    def __init__(self, url: str, control: Callable[..., None]) -> None:
        self._url = url
        self.control = control

    def fresh_database(self, name: str) -> str:
        """Make an empty database; gives its address."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self._url.replace("/postgres?", f"/{name}?")


def _unprivileged() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _run(command: list[str | Path], user: str | None) -> None:
    # The server goes on after `pg_ctl`, and would keep a pipe open.
    subprocess.run(command, user=user, cwd="/", stdout=subprocess.DEVNULL, check=True)  # noqa: S603


def main() -> int:
    """Print the path of `initdb`, after installing if asked to; status 1 if there is none."""
    if find_initdb() is None and "--install" in sys.argv:
        apt_install("postgresql")
    found = find_initdb()
    sys.stdout.write(f"{found or _MISSING}\n")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
