"""Whose calls a page shows and makes: the one place that knows who is logged in.

Nothing else may ask `st.user` or decide an owner.
"""

import streamlit as st

# Of an installation without login, where everybody who reaches the page is the same person.
SINGLE_USER = ""


def owner() -> str:
    """Who owns the calls of this script run: "" without login, else the provider's name for the person.

    The issuer is part of it: two providers may use the same name for two people. Raises `PermissionError`
    for somebody who has not logged in.
    """
    person = st.user.to_dict()
    if "is_logged_in" not in person:
        return SINGLE_USER
    subject = person.get("sub")
    if not person["is_logged_in"] or not subject:
        raise PermissionError("nobody is logged in")
    return f"{person.get('iss', '')} {subject}".strip()


def require_login() -> None:
    """Where login is set up, draw nothing but its button until somebody has logged in."""
    try:
        owner()
    except PermissionError:
        _draw_login()
        st.stop()


def draw_logout() -> None:
    """Draw who is logged in, with the way out; nothing without login."""
    if owner() == SINGLE_USER:
        return
    st.text(f"Logged in as {st.user.get('email') or st.user.get('name') or st.user['sub']}")
    st.button("Log out", icon=":material/logout:", on_click=st.logout)


def _draw_login() -> None:
    st.title("Parley")
    st.text("Log in to make calls. You see your own calls, and nobody else sees them.")
    names = _providers()
    if not names:
        st.button("Log in", icon=":material/login:", type="primary", on_click=st.login)
    for name in names:
        label = f"Log in with {name}"
        st.button(label, icon=":material/login:", key=f"login_{name}", on_click=st.login, args=(name,))


def _providers() -> list[str]:
    """The names of the providers, where there are several."""
    section = st.secrets.get("auth", {})
    return [name for name, value in section.items() if hasattr(value, "keys")]
