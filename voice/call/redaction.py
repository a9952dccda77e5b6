"""Takes secrets out of what a person may look at or send on: the event log and the support bundle.

Owns what counts as a secret: every `SecretStr` of the settings and what their addresses hold, what is learned
in a call (temporary tokens), and any field with a name for a credential. It must never let a secret through
because it was quoted, escaped, or cut at the end of a text.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from pydantic import AnyUrl, BaseModel, SecretStr

from voice.outbound import proxy_secrets
from voice.settings_sources import clean

REDACTED = "[redacted]"
# Shorter ones are placeholders, such as "key" for a chat endpoint that wants none, and no secrets.
_MIN_SECRET_CHARS = 4
# Fewer characters of a secret at the end of a text give nothing away, and may well be words.
_MIN_HEAD_CHARS = 8
# One or two for each connection of a call; the oldest give way.
_MAX_LEARNED = 64
_NAMES = frozenset(
    {
        "access_token",
        "api_key",
        "apikey",
        "authorization",
        "client_secret",
        "cookie_secret",
        "credential",
        "credentials",
        "id_token",
        "password",
        "refresh_token",
        "resume_token",
        "secret",
        "token",
        "x-api-key",
    }
)
# In the names of a database's parameters: password, sslpassword.
_PASSWORD = "password"  # noqa: S105 - a name
# Tools that the service calls by HTTP carry their headers in the configuration.
_HEADERS = "headers"


def secrets_of(settings: BaseModel) -> tuple[str, ...]:
    """Every secret of the settings, whatever it is called: new fields are covered without being named.

    The passwords of the environment's proxies count too.
    """
    return (*_secrets_in(value for _, value in settings), *proxy_secrets())


def secrets_of_url(url: str) -> tuple[str, ...]:
    """The password and the query's values of an address; a user name without a password counts as one."""
    parts = urlsplit(url)
    values = (value for _, value in parse_qsl(parts.query))
    return (*_both_forms(parts.password or parts.username), *filter(None, values))


class Redactor:
    """Replaces the known secrets by `[redacted]`. Safe to use from any thread."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._configured = frozenset(secrets)
        self._learned: dict[str, None] = {}
        self._needles = _needles(self._configured)
        self._longest = max(map(len, self._needles), default=0)

    def learn(self, *secrets: str) -> None:
        """Know more secrets from here on; the latest 64 of these are kept."""
        fresh = [secret for secret in secrets if secret not in self._learned]
        if not fresh:
            return
        kept = [*self._learned, *fresh][-_MAX_LEARNED:]
        self._learned = dict.fromkeys(kept)
        self._needles = _needles(self._configured.union(kept))
        self._longest = max(map(len, self._needles), default=0)

    def text(self, text: str, max_chars: int | None = None) -> str:
        """`text` without secrets, cut to `max_chars`; a secret that the cut divides is gone whole."""
        if max_chars is None or len(text) <= max_chars:
            return self._replace(text)
        # A secret is looked for beyond the cut, and what may be the head of a longer one is left out.
        tail = self._longest
        shown = self._replace(text[: max_chars + tail])
        return shown[: max(0, len(shown) - tail)][:max_chars]

    def value(self, value: Any) -> Any:
        """A JSON value with its texts redacted, and the values of fields that are named for credentials.

        Raises `RecursionError` for one that is nested some hundred levels deep.
        """
        if isinstance(value, str):
            return self._replace(value)
        if isinstance(value, dict):
            return {self._replace(str(name)): self._field(str(name), item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def _field(self, name: str, value: Any) -> Any:
        if name.lower() in _NAMES:
            # Empty and null say that there is none, which is worth knowing.
            return REDACTED if value else value
        if name.lower() == _HEADERS and isinstance(value, dict):
            return {self._replace(str(header)): REDACTED for header in value}
        return self.value(value)

    def _replace(self, text: str) -> str:
        for needle in self._needles:
            if needle in text:
                text = text.replace(needle, REDACTED)
            head = text.rfind(needle[:_MIN_HEAD_CHARS])
            # Somebody cut the text short within the secret.
            if head >= 0 and needle.startswith(text[head:]):
                text = text[:head] + REDACTED
        return text


def _needles(secrets: Iterable[str]) -> tuple[str, ...]:
    """Each secret as it is, and as it looks in an address, in JSON or in Python; the longest first."""
    long_enough = [secret for secret in map(clean, secrets) if len(secret) >= _MIN_SECRET_CHARS]
    forms: list[Callable[[str], str]] = [
        str,
        lambda secret: quote(secret, safe=""),
        # As SQLAlchemy writes a password.
        lambda secret: quote(secret, safe=" +"),
        quote_plus,
        lambda secret: json.dumps(secret)[1:-1],
        lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
        lambda secret: repr(secret)[1:-1],
    ]
    found = {form(secret) for secret in long_enough for form in forms}
    return tuple(sorted(found, key=len, reverse=True))


def _secrets_in(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
            yield from _password_in(value.get_secret_value())
        elif isinstance(value, AnyUrl):
            yield from secrets_of_url(str(value))
        elif isinstance(value, BaseModel):
            yield from _secrets_in(item for _, item in value)
        elif isinstance(value, list | tuple):
            yield from _secrets_in(value)


def _password_in(secret: str) -> Iterator[str]:
    """A secret may itself be an address, whose passwords are secrets without the rest of it too.

    Databases take a password with / ? or # in it, which ends the host in other addresses.
    """
    _, is_address, rest = secret.partition("://")
    if not is_address:
        return
    yield from _both_forms(rest.rpartition("@")[0].partition(":")[2])
    for name, value in parse_qsl(rest.rpartition("@")[2].partition("?")[2]):
        if _PASSWORD in name:
            yield from _both_forms(value)


def _both_forms(written: str | None) -> Iterator[str]:
    """A part of an address decoded and as it was written, which may be encoded more than needed."""
    yield from dict.fromkeys(filter(None, (unquote(written or ""), written)))
