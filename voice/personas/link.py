"""A persona as part of an address, and back: compact JSON in base64url. Pure.

Reading gives plain values only; `checking` makes a persona of them.
"""

import base64
import binascii

import msgspec

from voice.personas.persona import Persona, PersonaRefused

QUERY_PARAMETER = "persona"
# Servers and proxies refuse addresses somewhere from 8,000 characters on.
MAX_LINK_CHARS = 6_000


def write_link(persona: Persona) -> str:
    """The value of the query parameter. Raises `PersonaRefused` when it would be too long."""
    written = base64.urlsafe_b64encode(msgspec.json.encode(persona)).rstrip(b"=").decode()
    if len(written) > MAX_LINK_CHARS:
        raise PersonaRefused(
            "This persona is too long for a link. Shorten the system prompt or the key terms."
        )
    return written


def read_link(written: str) -> object:
    """The values in a link, unchecked. Raises `PersonaRefused` with a sentence for what can't be read."""
    if len(written) > MAX_LINK_CHARS:
        raise PersonaRefused("The link is longer than any that Parley makes.")
    try:
        padded = written.encode("ascii") + b"=" * (-len(written) % 4)
        plain = base64.b64decode(padded, altchars=b"-_", validate=True)
        return msgspec.json.decode(plain)
    except (ValueError, binascii.Error, msgspec.DecodeError, RecursionError):
        raise PersonaRefused("The link is damaged or incomplete. Ask for it again.") from None
