"""Temporary tokens: minting, their window, their single use.

Owns the tokens outstanding, in memory and bounded. Pure but for the randomness of a token; it never logs one.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from voice.agent.clock import Clock

MIN_WINDOW_S: Final = 1
MAX_WINDOW_S: Final = 600
MIN_SESSION_CAP_S: Final = 60
MAX_SESSION_CAP_S: Final = 10_800
# The service's tokens are about 2.4 kB long: clients that put them in a URL should meet that size here too.
_TOKEN_BYTES: Final = 1800
_MAX_OUTSTANDING: Final = 4096


class TooManyTokens(Exception):
    """Nothing is minted until some outstanding tokens were used or have run out."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a credential entitles to: sessions of one account, each at most `session_cap_s` seconds long."""

    account: str
    session_cap_s: int = MAX_SESSION_CAP_S


@dataclass(frozen=True, slots=True)
class _Outstanding:
    grant: Grant
    expires_at: float


class TokenMint:
    """The tokens that may still open a session."""

    def __init__(self, clock: Clock, *, single_use: bool) -> None:
        self._clock = clock
        self._single_use = single_use
        self._outstanding: dict[str, _Outstanding] = {}

    def mint(self, grant: Grant, window_s: int) -> str:
        """Make a token that can be redeemed within `window_s` seconds. Raises `TooManyTokens`."""
        self._forget_expired()
        if len(self._outstanding) >= _MAX_OUTSTANDING:
            raise TooManyTokens
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._outstanding[token] = _Outstanding(grant, self._clock.monotonic() + window_s)
        return token

    def redeem(self, token: str) -> Grant | None:
        """Return what the token grants, or None when it is unknown, too old or already used."""
        self._forget_expired()
        held = self._outstanding.get(token)
        if held is None:
            return None
        if self._single_use:
            del self._outstanding[token]
        return held.grant

    def _forget_expired(self) -> None:
        now = self._clock.monotonic()
        for token in [token for token, held in self._outstanding.items() if held.expires_at < now]:
            del self._outstanding[token]
