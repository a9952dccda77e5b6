"""Reads `VOICE_DATABASE_URL`: which database it names, and what is wrong with it.

Owns what may be said about such an address: never a part of a user name or password, however it is mistyped.
"""

import re
from pathlib import Path

from psycopg import pq
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from voice.paths import expanded

FILE_NAME = "history.sqlite"
FORM = "like postgresql://user:password@host/name or sqlite:////folder/file"

_POSTGRESQL = "postgresql+psycopg"
_SQLITE = "sqlite"
# What each scheme opens. "postgres" is how hosting services spell it.
_SCHEMES = {
    "postgresql": _POSTGRESQL,
    "postgres": _POSTGRESQL,
    _POSTGRESQL: _POSTGRESQL,
    "sqlite": _SQLITE,
    "sqlite+pysqlite": _SQLITE,
}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9]{0,30})(?:\+([A-Za-z0-9_]{1,30}))?://")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[\w.:-]+")
# Anything else that stands where a parameter should is not repeated: it may be a piece of a password.
_PARAMETER = re.compile(r"[a-z_]{1,40}")
_CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "primary"),
}
_NUMBERS = (
    "connect_timeout",
    "port",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
)
_MAX_PORT = 65_535
_NOT_A_FILE = ("", ":memory:")
# A SQLite URI carries its own options; it is passed on as it is.
_SQLITE_URI = "file:"


def database_url(given: str | None, data_dir: Path) -> URL:
    """The database to open: SQLite in the data folder unless another one is given.

    Raises `ValueError` with what is wrong, in words that follow the name of the setting.
    """
    if not given:
        return URL.create(_SQLITE, database=str(data_dir / FILE_NAME))
    driver = _driver(given)
    if driver == _SQLITE:
        return _sqlite(_parsed(given))
    _check_authority(given)
    url = _parsed(given).set(drivername=driver)
    _check_server(url)
    _check_parameters(url)
    return url


def place_of(url: URL) -> str:
    """Where the database is, for a person and without a password."""
    if url.drivername.startswith(_SQLITE):
        return url.database or "memory"
    return f"{url.host or 'this machine'}/{url.database or ''}"


def _driver(given: str) -> str:
    found = _SCHEME.match(given)
    if found is None:
        raise ValueError(f"must be {FORM}")
    kind, named = found.group(1).lower(), (found.group(2) or "").lower()
    driver = _SCHEMES.get(f"{kind}+{named}" if named else kind)
    if driver is not None:
        return driver
    if kind in _SCHEMES:
        raise ValueError(f"names the driver {named}, which Parley does not have; write {kind}:// without it")
    raise ValueError(f"names a {kind} database; Parley supports PostgreSQL and SQLite, so it must be {FORM}")


def _check_authority(given: str) -> None:
    # SQLAlchemy ends the password at the first @ and takes the rest of it for the host.
    if given.count("@") > 1:
        raise ValueError("has more than one @; in a user name, password or parameter, write @ as %40")
    if _STRAY_PERCENT.search(given):
        raise ValueError("has a % that starts no code such as %40; write % as %25")


def _parsed(given: str) -> URL:
    try:
        return make_url(given)
    except ArgumentError:
        raise ValueError(f"must be {FORM}") from None
    except (ValueError, TypeError):
        # SQLAlchemy's own words quote what it took for the port.
        raise ValueError(
            f"must have a port from 1 to {_MAX_PORT}, or none; in a password, write @ as %40 and : as %3A"
        ) from None


def _sqlite(url: URL) -> URL:
    if url.host or url.username or url.port:
        raise ValueError("must have three slashes before a SQLite file, four when its path is absolute")
    path = url.database or ""
    if path.startswith(_SQLITE_URI):
        return url
    if path in _NOT_A_FILE:
        raise ValueError("must name a file, like sqlite:////folder/file")
    if url.query:
        raise ValueError("takes no parameters after a SQLite file")
    return URL.create(_SQLITE, database=expanded(path))


def _check_server(url: URL) -> None:
    if url.port is not None and not 1 <= url.port <= _MAX_PORT:
        raise ValueError(f"must have a port from 1 to {_MAX_PORT}, or none")
    if "@" in (url.database or ""):
        raise ValueError("has an @ behind the host; in a user name or password, write / as %2F")
    if url.host is not None and not _HOST.fullmatch(url.host):
        raise ValueError("has a host that is not a name; write the folder of a socket as ?host=/folder")
    if not url.database and "dbname" not in url.query:
        raise ValueError("names no database; add it after the host, as in postgresql://host/name")


def _check_parameters(url: URL) -> None:
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    for name, value in url.query.items():
        if name not in known:
            shown = f"the parameter {name}" if _PARAMETER.fullmatch(name) else "a parameter"
            raise ValueError(f"has {shown}, which PostgreSQL does not know; leave it out")
        # Several hosts are tried in turn.
        if not isinstance(value, str) and name != "host":
            raise ValueError(f"has the parameter {name} twice")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise ValueError(f"has a wrong {name}; it is one of {', '.join(_CHOICES[name])}")
        if name in _NUMBERS and not str(value).isdecimal():
            raise ValueError(f"has a wrong {name}; it is a whole number")
