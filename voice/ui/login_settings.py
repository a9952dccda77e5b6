"""The login's settings, the section `[auth]` of Streamlit's secrets: that they can work, and the providers.

A login that is set up wrongly must stop the start: Streamlit takes a section that is empty, or a file that
can't be read, for no login at all, and everybody would see everything.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit import config
from streamlit.auth_util import validate_auth_credentials
from streamlit.errors import StreamlitAuthError

from voice.settings import SettingsError
from voice.ui.base_path import base_path

# The provider whose settings stand in [auth] itself.
DEFAULT_PROVIDER = "default"
CALLBACK_PATH = "/oauth2callback"
# Whoever guesses it can log in as anybody.
_MIN_COOKIE_SECRET_CHARS = 32
_OF_A_PROVIDER = ("client_id", "client_secret", "server_metadata_url")
# A table of options beside the default provider, and no provider.
_OPTIONS = "client_kwargs"


def login_is_set_up() -> bool:
    """Whether people have to log in."""
    return _section() is not None


def providers() -> list[str]:
    """The names of the providers, as `st.login` takes them."""
    section = _section() or {}
    named = [name for name, value in section.items() if isinstance(value, Mapping) and name != _OPTIONS]
    # With none at all, what is missing is best said of the default one.
    unnamed = not named or any(key in section for key in _OF_A_PROVIDER)
    return [DEFAULT_PROVIDER, *named] if unnamed else named


def check_login() -> None:
    """Raise `SettingsError` if login is set up and can't work; it quotes no value."""
    section = _section()
    if section is None:
        return
    try:
        for name in providers():
            validate_auth_credentials(name)
    except StreamlitAuthError as error:
        raise _wrong(" ".join(str(error).split())) from None
    if len(str(section["cookie_secret"])) < _MIN_COOKIE_SECRET_CHARS:
        raise _wrong(
            f"cookie_secret must have at least {_MIN_COOKIE_SECRET_CHARS} characters, for whoever guesses it "
            "can log in as anybody. `python -c 'import secrets; print(secrets.token_urlsafe(32))'` makes one."
        )
    address = urlsplit(str(section["redirect_uri"]))
    callback = f"{base_path()}{CALLBACK_PATH}"
    if address.scheme not in {"http", "https"} or address.path != callback:
        raise _wrong(
            f"redirect_uri must be Parley's own address with {callback} behind it. If a proxy serves Parley "
            "below a path, set server.baseUrlPath to that path, and let the proxy pass it on."
        )


def _section() -> Mapping[str, Any] | None:
    try:
        section = st.secrets.get("auth")
    except OSError as error:
        # Also raised when there is no such file, which is as good as one without this section.
        if any(Path(path).exists() for path in config.get_option("secrets.files")):
            raise _wrong(f"The file can't be read: {error}") from None
        return None
    if section is not None and not isinstance(section, Mapping):
        raise _wrong("It must be a section.")
    return section


def _wrong(what: str) -> SettingsError:
    return SettingsError(f"The login, section [auth] of .streamlit/secrets.toml, is set up wrongly. {what}")
