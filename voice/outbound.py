"""How Parley connects out: through which proxy, if any, for HTTP and WebSocket alike.

Owns reading `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, once per process. httpx and websockets
read them in different ways, and each fails on values that the other accepts, so neither reads them here. A
proxy is never used to reach this machine itself.
"""

import os
import re
import ssl
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypedDict
from urllib.parse import SplitResult, quote, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from socksio.exceptions import SOCKSError

# What an httpx client raises for an address that can't be reached. Faults of SOCKS proxies are not its own.
HTTP_ERRORS = (httpx.HTTPError, httpx.InvalidURL, SOCKSError)

# Which variables count for an address, the first one that is set; "socks" is where macOS keeps a SOCKS proxy.
_FOR_SCHEME = {
    "http": ("http", "socks", "all"),
    "https": ("https", "socks", "all"),
    "ws": ("ws", "http", "socks", "all"),
    "wss": ("wss", "https", "socks", "all"),
}
_NAMES = dict.fromkeys(name for names in _FOR_SCHEME.values() for name in names)
# A SOCKS proxy resolves the name itself: the network behind it may know names that this machine does not.
_PROXY_SCHEMES = {
    "http": "http",
    "https": "https",
    "socks": "socks5h",
    "socks5": "socks5h",
    "socks5h": "socks5h",
}
_DEFAULT_PORTS = {"http": 80, "https": 443, "socks5h": 1080, "ws": 80, "wss": 443}
_MAX_PORT = 65_535
# SOCKS gives each a length in one byte.
_MAX_CREDENTIAL_BYTES = 255
_HOST = re.compile(r"[A-Za-z0-9._-]+")
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LOCALHOST = "localhost"
_CERTIFICATES = "SSL_CERT_FILE"
_MALFORMED = "it is malformed; in a password, write @ : / # as %40 %3A %2F %23"
_EXAMPLES = "http://proxy.example.com:3128 or socks5h://user:password@proxy.example.com:1080"


class OutboundProblem(ValueError):
    """A variable that can't be used; the message names it and does not quote its value."""


class HttpOptions(TypedDict):
    """What every httpx client is made with."""

    trust_env: bool
    proxy: str | None
    verify: ssl.SSLContext


@dataclass(frozen=True)
class _Proxies:
    # By the first part of their variables' names; each may hold a password.
    urls: dict[str, str] = field(repr=False)
    direct: str


def proxy_for(url: str) -> str | None:
    """The address of the proxy to use for `url`, as httpx and websockets take it; None to connect directly.

    It may hold a password. Raises `OutboundProblem`, but not after `check_outbound` found nothing.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        # Not an address; the client says so.
        return None
    if is_loopback(url):
        return None
    proxies = _read()
    name = next((name for name in _FOR_SCHEME.get(parts.scheme, ()) if name in proxies.urls), None)
    host = (parts.hostname or "").removesuffix(".")
    return None if name is None or _is_direct(host, port, proxies.direct) else proxies.urls[name]


def http_options(url: str) -> HttpOptions:
    """The options of an httpx client that talks to the host of `url`. Raises as `proxy_for`.

    Certificates are trusted as httpx does by itself: `SSL_CERT_FILE` and `SSL_CERT_DIR` count.
    """
    return {"trust_env": False, "proxy": proxy_for(url), "verify": _trusted()}


def check_outbound() -> None:
    """Raise `OutboundProblem` if a variable that says how to connect can't be used."""
    _read()
    if _CERTIFICATES in os.environ:
        _trusted()


def proxy_secrets() -> tuple[str, ...]:
    """The passwords in the addresses of the proxies, as they are and as they were written."""
    found: list[str] = []
    for name in _NAMES:
        userinfo = getproxies().get(name, "").rpartition("@")[0].rpartition("://")[2]
        user, _, password = userinfo.partition(":")
        secret = password or user
        found += filter(None, dict.fromkeys((unquote(secret), secret)))
    return tuple(found)


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    host = (urlsplit(url).hostname or "").removesuffix(".")
    if host == _LOCALHOST or host.endswith(f".{_LOCALHOST}"):
        return True
    address = _address(host)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address is not None and (address.is_loopback or address.is_unspecified)


# Reading the certificates takes 26 ms, for which the loop of all calls would stand still.
@cache
def _trusted() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError:
        raise OutboundProblem(
            f"{_CERTIFICATES} does not name a file of certificates. Correct it, or leave it out."
        ) from None


@cache
def _read() -> _Proxies:
    given = {name: value.strip() for name, value in getproxies().items()}
    urls = {name: _checked(name, given[name]) for name in _NAMES if given.get(name)}
    return _Proxies(urls, given.get("no", ""))


def _checked(name: str, value: str) -> str:
    try:
        # macOS gives a SOCKS proxy with the wrong scheme.
        return _proxy_url(value.replace("http://", "socks://", 1) if name == "socks" else value)
    except ValueError as error:
        # Only our own reasons are shown: Python's quote the value.
        reason = error if isinstance(error, _Reason) else _MALFORMED
        raise OutboundProblem(
            f"{_variable(name)} is not a proxy that Parley can use: {reason}. Write it like {_EXAMPLES}."
        ) from None


class _Reason(ValueError):
    """What is wrong with the address of a proxy, in words that quote none of it."""


def _proxy_url(value: str) -> str:
    """The address in the one form that both libraries accept. Raises `_Reason`, or else `ValueError`."""
    if _UNPRINTABLE.search(value):
        raise _Reason("it has a space or a control character in it")
    parts = urlsplit(value if "://" in value else f"http://{value}")
    scheme = _PROXY_SCHEMES.get(parts.scheme)
    if scheme is None:
        raise _Reason("its kind must be http, https or socks5h")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _Reason("nothing may follow the port")
    return f"{scheme}://{_credentials(parts)}{_host(parts.hostname or '')}:{_port(parts, scheme)}"


def _port(parts: SplitResult, scheme: str) -> int:
    try:
        port = _DEFAULT_PORTS[scheme] if parts.port is None else parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise _Reason(f"its port must be a number from 1 to {_MAX_PORT}")
    return port


def _host(host: str) -> str:
    if isinstance(_address(host), IPv6Address):
        return f"[{host}]"
    name = host.encode("idna").decode()
    if not _HOST.fullmatch(name):
        raise _Reason("it names no host")
    return name


def _credentials(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    # Without the colon, websockets takes a user name for a mistake.
    both = [unquote(text or "", errors="strict") for text in (parts.username, parts.password)]
    if any(len(text.encode()) > _MAX_CREDENTIAL_BYTES for text in both):
        raise _Reason("its user name or password is too long")
    return ":".join(quote(text, safe="") for text in both) + "@"


def _variable(name: str) -> str:
    """Its variable as it is spelled in the environment, where lower case wins."""
    wanted = f"{name}_proxy"
    spelled = (known for known in sorted(os.environ, reverse=True) if known.lower() == wanted)
    return next(spelled, wanted.upper())


def _is_direct(host: str, port: int, direct: str) -> bool:
    entries = re.split(r"[\s,]+", direct.lower())
    # Only the standard library knows the exceptions set in macOS and Windows.
    return any(_covers(entry, host, port) for entry in entries if entry) or bool(proxy_bypass(host))


def _covers(entry: str, host: str, port: int) -> bool:
    """Whether an entry of `NO_PROXY` means this host: a name with its subdomains, an address, a network."""
    if entry == "*":
        return True
    entry = entry.rpartition("://")[2]
    split = re.fullmatch(r"(\[.*\]|[^:]*):(\d{1,5})", entry)
    name, only_port = split.groups() if split else (entry, None)
    if only_port is not None and int(only_port) != port:
        return False
    address = _address(host)
    if address is not None:
        try:
            return address in ip_network(name.replace("[", "").replace("]", ""), strict=False)
        except ValueError:
            return False
    suffix = name.removeprefix("*").strip(".")
    return bool(suffix) and (host == suffix or host.endswith(f".{suffix}"))


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
