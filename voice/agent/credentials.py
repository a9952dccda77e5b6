"""Who may open a session: API keys, temporary tokens, and the resume token of a session.

Owns the comparison of credentials. It never logs one and never says which part of one was wrong.
"""

import hmac
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from voice.agent.tokens import Grant, TokenMint

OPEN_ACCOUNT: Final = "local"
_LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "::1")


def bare_credential(authorization: str) -> str:
    """The key in an Authorization header, with or without the word Bearer."""
    scheme, _, rest = authorization.strip().partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else authorization.strip()


def _host_name(address: str) -> str | None:
    """The name in an address; None when there is none or it can't be read."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _is_private_name(name: str | None) -> bool:
    """Whether nobody on the web can own this name: an address, or one without a dot."""
    if name is None:
        return False
    try:
        ip_address(name)
    except ValueError:
        return "." not in name
    return True


class KeyRing:
    """The API keys of one server. Without any, every credential is good: the demo on one's own machine."""

    def __init__(self, api_keys: Sequence[str]) -> None:
        self._keys = tuple(key.encode() for key in api_keys)

    @property
    def is_open(self) -> bool:
        """Whether any credential, or none, is accepted."""
        return not self._keys

    def account_of(self, key: str) -> str | None:
        """The account a key belongs to, or None for a bad key."""
        if self.is_open:
            return OPEN_ACCOUNT
        given = key.encode()
        matches = [n for n, known in enumerate(self._keys) if hmac.compare_digest(given, known)]
        return f"account_{matches[0]}" if matches else None


class Doorkeeper:
    """Turns what a WebSocket request carries into a grant."""

    def __init__(self, keys: KeyRing, mint: TokenMint) -> None:
        self._keys = keys
        self._mint = mint

    def welcomes_page(self, origin: str | None, host: str | None = None) -> bool:
        """Whether a browser page from `origin` may connect.

        Any page on the web can reach a server on one's own machine: without keys only local pages may. A
        page whose domain was made to point here sends no origin when it reads, but its own name as `host`.
        """
        if not self._keys.is_open:
            return True
        if host is not None and not _is_private_name(_host_name(f"//{host}")):
            return False
        return origin is None or _host_name(origin) in _LOOPBACK_NAMES

    def admit(self, authorization: str | None, token: str | None) -> Grant | None:
        """The grant of a header or a `token` query parameter; None when neither is good.

        A header wins over a token, so that an API key in hand does not use a token up.
        """
        if authorization is not None:
            account = self._keys.account_of(bare_credential(authorization))
            if account is not None and not self._keys.is_open:
                return Grant(account)
        grant = self._mint.redeem(bare_credential(authorization or token or ""))
        if grant is None and self._keys.is_open:
            return Grant(OPEN_ACCOUNT)
        return grant
