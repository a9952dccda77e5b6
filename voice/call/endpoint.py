"""Where the agent is and how to be let in: address, and a credential made for each connection."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx

from voice.call.redaction import secrets_of_url
from voice.history.records import Agent
from voice.outbound import HTTP_ERRORS, http_options, is_loopback, proxy_for
from voice.protocol.errors import AgentUnreachable, AuthRefused, is_about_key, key_refused
from voice.settings import SERVICE_URL, Settings

# The window to open the socket in, not the length of the call; the service takes 1 to 600.
_TOKEN_WINDOW_S = 60
# Minting was seen to take 0.2 to 1.2 s (2026-09).
_TOKEN_TIMEOUT_S = 10.0
_REFUSED_STATUS = frozenset({401, 403})
_CLIENT_ERRORS = range(400, 500)
_BEARER = "Bearer "
# AssemblyAI's price of the Voice Agent API: 4.50 USD for an hour of open socket, billed by the second, idle
# time included (its documentation, 2026-09).
_SERVICE_USD_PER_HOUR = 4.5
_SERVICE_DOMAIN = "assemblyai.com"
_HTTP_SCHEMES = {"ws": "http", "wss": "https"}
_SOCKET_PATH = "/ws"
_SESSIONS_PATH = "/sessions"
_NO_RECORDING = "record=false"


def agent_kind(settings: Settings) -> Agent:
    """Whose agent calls go to."""
    if settings.uses_local_agent:
        return "local"
    return "assemblyai" if _is_service(str(settings.voice_agent_url or SERVICE_URL)) else "other"


def agent_url(settings: Settings) -> str:
    """Where calls go, without credentials; empty for the local agent, whose place is another each time."""
    return "" if settings.uses_local_agent else public_name(str(settings.voice_agent_url or SERVICE_URL))


@dataclass(frozen=True)
class Address:
    """One connection's address and headers. Both may hold a credential: never log them."""

    url: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The credentials in it."""
        return (*secrets_of_url(self.url), *(value.removeprefix(_BEARER) for value in self.headers.values()))


@dataclass(frozen=True)
class Endpoint:
    """An agent. `name` is its address as a person may see it, without any credential; `usd_per_hour` is
    what an open socket costs, None when nobody can say.
    """

    url: str
    name: str
    key: str | None = field(default=None, repr=False)
    token_url: str | None = None
    usd_per_hour: float | None = None

    @property
    def is_loopback(self) -> bool:
        """On this machine."""
        return is_loopback(self.url)

    @property
    def sessions_url(self) -> str | None:
        """Where its service tells of sessions that are over; None for an address of another form."""
        parts = urlsplit(self.url)
        scheme = _HTTP_SCHEMES.get(parts.scheme)
        if scheme is None or not parts.path.endswith(_SOCKET_PATH):
            return None
        path = parts.path.removesuffix(_SOCKET_PATH) + _SESSIONS_PATH
        return urlunsplit((scheme, parts.netloc, path, "", ""))

    @property
    def sessions_key(self) -> str | None:
        """The key for that address. An agent that only ever gets tokens does not get it."""
        is_trusted = self.token_url is None or _host_of(self.token_url) == _host_of(self.url)
        return self.key if is_trusted else None

    def unrecorded(self) -> "Endpoint":
        """The same for a call whose sound must not be kept; only the local agent understands it."""
        parts = urlsplit(self.url)
        query = "&".join(filter(None, (parts.query, _NO_RECORDING)))
        return replace(self, url=urlunsplit(parts._replace(query=query)))

    @property
    def refusal(self) -> AuthRefused:
        """What to say when this agent refuses the key."""
        return key_refused(_called(self.url), has_key=self.key is not None)

    async def address(self, resume_token: str | None = None) -> Address:
        """An address for one connection. Raises `AuthRefused` or `AgentUnreachable`.

        A session's resume token opens that session alone, in place of the key.
        """
        if resume_token is not None:
            return Address(self.url, {"Authorization": _BEARER + resume_token})
        if self.key is None:
            return Address(self.url, {})
        if self.token_url is None:
            return Address(self.url, {"Authorization": _BEARER + self.key})
        token = await mint_token(self.token_url, self.key)
        parts = urlsplit(self.url)
        query = "&".join(filter(None, (parts.query, urlencode({"token": token}))))
        return Address(urlunsplit(parts._replace(query=query)), {})


def service_endpoint(settings: Settings) -> Endpoint:
    """The agent that the settings name; not for `settings.uses_local_agent`."""
    url = str(settings.voice_agent_url or SERVICE_URL)
    secret = settings.assemblyai_api_key
    return Endpoint(
        url=url,
        name=public_name(url),
        key=secret.get_secret_value() if secret else None,
        token_url=str(settings.voice_agent_token_url) if settings.voice_agent_auth == "token" else None,
        usd_per_hour=_SERVICE_USD_PER_HOUR if _is_service(url) else None,
    )


def public_name(url: str) -> str:
    """An address without credentials, query and fragment."""
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


def _called(url: str) -> str:
    """Who is there, to begin a sentence with."""
    return "AssemblyAI" if _is_service(url) else f"The agent at {public_name(url)}"


def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _is_service(url: str) -> bool:
    host = _host_of(url)
    return host == _SERVICE_DOMAIN or host.endswith(f".{_SERVICE_DOMAIN}")


async def mint_token(token_url: str, key: str) -> str:
    """A temporary token for one connection. Raises `AuthRefused` or `AgentUnreachable`."""
    where = public_name(token_url)
    try:
        async with httpx.AsyncClient(timeout=_TOKEN_TIMEOUT_S, **http_options(token_url)) as client:
            answer = await client.get(
                token_url,
                params={"expires_in_seconds": _TOKEN_WINDOW_S},
                headers={"Authorization": _BEARER + key},
            )
    except HTTP_ERRORS:
        raise unreachable(where, "no answer through a proxy" if proxy_for(token_url) else "") from None
    # The service says 404 to a bad key, its documentation 401 (2026-09).
    said_so = answer.status_code in _CLIENT_ERRORS and is_about_key(answer.text)
    if said_so or answer.status_code in _REFUSED_STATUS:
        raise key_refused(_called(token_url))
    try:
        return str(answer.raise_for_status().json()["token"])
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError):
        raise AgentUnreachable(
            f"{where} gave no token (status {answer.status_code}), so the call did not start.",
            "Try again in a minute, or check VOICE_AGENT_TOKEN_URL.",
        ) from None


def unreachable(where: str, reason: str = "") -> AgentUnreachable:
    """The error for an address that does not answer; `reason` is for the small print."""
    return AgentUnreachable(
        f"The agent at {where} can't be reached, so the call did not start.",
        "Check that the address is right and that this machine may connect to it, then connect again.",
        code=reason,
    )
