"""The types of the settings: what each accepts, checked so that nothing fails later for its form.

A check raises `ValueError` with words that follow the setting's name and quote none of its value.
"""

import os
import re
import stat
from pathlib import Path
from typing import Annotated

import httpx
from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Json,
    SecretStr,
    UrlConstraints,
)
from websockets.exceptions import InvalidURI
from websockets.uri import parse_uri

from voice.history.database_url import database_url
from voice.paths import expanded

_MAX_KEY_CHARS = 4_096
_MAX_PORT = 65_535
# What aiortc can use: no IPv6 addresses, TLS over TCP only.
_ICE_URL = re.compile(
    r"(?:stuns?:[\w.-]+(?::(\d{1,5}))?"
    r"|turn:[\w.-]+(?::(\d{1,5}))?(?:\?transport=(?:udp|tcp))?"
    r"|turns:[\w.-]+(?::(\d{1,5}))?(?:\?transport=tcp)?)"
)


def _key(secret: SecretStr) -> SecretStr:
    """A key goes into a header, which takes plain ASCII only."""
    text = secret.get_secret_value()
    wrong = next((n for n, char in enumerate(text, 1) if not "!" <= char <= "~"), None)
    if wrong is not None:
        what = "a blank or line break" if text[wrong - 1].isspace() else "a character that no key has"
        raise ValueError(f"has {what} at position {wrong}; copy the key again")
    if len(text) > _MAX_KEY_CHARS:
        raise ValueError(f"is longer than {_MAX_KEY_CHARS} characters; copy the key again")
    return secret


def _reachable(url: AnyUrl) -> AnyUrl:
    """Refuse addresses that only fail once they are connected to."""
    try:
        (url.host or "").strip("[]").encode("idna")
    except UnicodeError:
        raise ValueError("has a host that is not a valid name") from None
    if url.port == 0:
        raise ValueError(f"must have a port from 1 to {_MAX_PORT}, or none")
    if url.fragment is not None:
        raise ValueError("must not have a # in it; in a password, write # as %23")
    try:
        httpx.URL(str(url))
        if url.scheme in ("ws", "wss"):
            parse_uri(str(url))
    except (InvalidURI, httpx.InvalidURL, ValueError):
        raise ValueError("has a malformed user name, password or path") from None
    return url


def _base(url: AnyUrl) -> AnyUrl:
    if url.query is not None:
        raise ValueError("must not have a ? in it; write it like http://localhost:11434/v1")
    return url


def _database(url: SecretStr) -> SecretStr:
    database_url(url.get_secret_value(), Path())
    return url


def _folder(given: object) -> object:
    """A folder that exists or can be made, as an absolute path."""
    if not isinstance(given, str | Path):
        return given
    # A path made by the program is literal, unless it starts at a home folder that is not known.
    is_literal = isinstance(given, Path) and not str(given).startswith("~")
    path = os.path.abspath(given) if is_literal else expanded(str(given))
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except (FileNotFoundError, PermissionError):
        # It is made later. What may not be read is told where calls are kept, and calls work without it.
        is_folder = True
    except OSError as error:
        raise ValueError(f"can't be used: {error.strerror}") from None
    if not is_folder:
        raise ValueError("names a file; it must be a folder")
    return path


def _no_truth(given: object) -> object:
    """To pydantic, true is 1."""
    return str(given) if isinstance(given, bool) else given


def _unbroken(given: object) -> object:
    """pydantic repairs blanks in an address; whoever wrote them meant something else."""
    if isinstance(given, str) and any(map(str.isspace, given)):
        raise ValueError("has a blank in it")
    return given


def _usable(servers: list["IceServer"]) -> list["IceServer"]:
    for number, server in enumerate(servers, 1):
        urls = [server.urls] if isinstance(server.urls, str) else server.urls
        if not urls or not all(map(_is_ice_url, urls)):
            raise ValueError(
                f"has a wrong address in server {number}; write stun:host:port, turn:host:port or "
                "turns:host:port"
            )
        if any(url.startswith("turn") for url in urls) and not (server.username and server.credential):
            raise ValueError(f"has a TURN server, number {number}, without username and credential")
    return servers


def _is_ice_url(url: str) -> bool:
    found = _ICE_URL.fullmatch(url)
    ports = [int(port) for port in found.groups() if port] if found else [0]
    return all(1 <= port <= _MAX_PORT for port in ports)


WebSocketUrl = Annotated[
    AnyUrl,
    UrlConstraints(allowed_schemes=["ws", "wss"], host_required=True),
    BeforeValidator(_unbroken),
    AfterValidator(_reachable),
]
HttpUrl = Annotated[
    AnyUrl,
    UrlConstraints(allowed_schemes=["http", "https"], host_required=True),
    BeforeValidator(_unbroken),
    AfterValidator(_reachable),
]
BaseUrl = Annotated[HttpUrl, AfterValidator(_base)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
Folder = Annotated[Path, BeforeValidator(_folder)]
Key = Annotated[SecretStr, AfterValidator(_key)]
Count = Annotated[int, BeforeValidator(_no_truth)]


class IceServer(BaseModel):
    """One STUN or TURN server, as in the browser's `RTCIceServer`."""

    model_config = ConfigDict(extra="forbid")

    urls: str | list[str]
    username: str | None = None
    credential: SecretStr | None = None


IceServers = Annotated[Json[list[IceServer]] | list[IceServer], AfterValidator(_usable)]
