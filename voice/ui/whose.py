"""Whose calls a page shows and makes: the one place that knows who is logged in.

Nothing else may ask `st.user`, read the login's cookie, or decide an owner.
"""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from voice.ui.login_settings import login_is_set_up

# Of an installation without login, where everybody who reaches the page is the same person.
SINGLE_USER = ""
# A provider may let people choose any name. The first that says something is shown.
_NAMES = ("name", "email", "preferred_username", "sub")
_MAX_NAME_CHARS = 60


def owner() -> str:
    """Who owns the calls of this script run: "" without login, else the provider's name for the person.

    The issuer is part of it: two providers may use the same name for two people. Raises `PermissionError`
    for somebody who has not logged in.
    """
    return _owner_of(st.user.to_dict())


def owner_of_request(cookies: Mapping[str, str]) -> str:
    """The same for a request that comes without a script run, by its cookies.

    Raises `PermissionError` where login is set up and the cookies are missing, forged or too old.
    """
    if not login_is_set_up():
        return SINGLE_USER
    secret = get_cookie_secret()

    def unsigned(name: str) -> bytes | None:
        return decode_signed_value(secret, name, cookies.get(name, ""))

    written = get_cookie_with_chunks(unsigned, USER_COOKIE_NAME)
    # Signed with our own secret, so it is what Streamlit once wrote.
    return _owner_of({"is_logged_in": False, **json.loads(written or "{}")})


def is_asked_by(owner: str, cookies: Mapping[str, str]) -> bool:
    """Whether a request without a script run comes from this owner: addresses can be passed on."""
    try:
        return owner_of_request(cookies) == owner
    except PermissionError:
        return False


def shown_name() -> str | None:
    """What to call the person of this script run: untrusted text in one line. None without login."""
    if owner() == SINGLE_USER:
        return None
    person = st.user.to_dict()
    names = (_printable(person.get(claim)) for claim in _NAMES)
    return next((name for name in names if name), "somebody without a name")


def _owner_of(person: Mapping[str, Any]) -> str:
    if "is_logged_in" not in person:
        return SINGLE_USER
    subject = person.get("sub")
    if not person["is_logged_in"] or not subject:
        raise PermissionError("nobody is logged in")
    return f"{person.get('iss', '')} {subject}".strip()


def _printable(claim: object) -> str:
    # Signs that turn the direction of writing are not printable either.
    kept = "".join(sign if sign.isprintable() else " " for sign in str(claim or ""))
    name = " ".join(kept.split())
    return name if len(name) <= _MAX_NAME_CHARS else f"{name[: _MAX_NAME_CHARS - 1]}…"
