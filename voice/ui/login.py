"""What people see of the login: the page before it, with the reason when it failed, and who is logged in.

Everything about a person comes from outside and is only ever drawn as plain text.
"""

from typing import NoReturn

import streamlit as st

from voice.ui.login_answers import REASON
from voice.ui.login_settings import DEFAULT_PROVIDER, providers
from voice.ui.whose import owner, shown_name

_LOGIN = ":material/login:"
# In a session whose person has logged out and whose browser has not left for the provider yet.
_LEAVING = "logging_out"
_LOOK = "If it stays so, whoever runs Parley finds the reason in its log."
# By the reasons that `login_answers` gives. The address may hold anything, so nothing of it is shown.
_SENTENCES = {
    "refused": "The login was refused or broken off at the provider. Log in again, or with another account.",
    "unreachable": f"The login provider can't be reached at the moment. Try again in a minute. {_LOOK}",
    "failed": f"The login could not be finished. Log in again. {_LOOK}",
}


def require_login() -> None:
    """Where login is set up, draw nothing but its buttons until somebody has logged in."""
    if _LEAVING in st.session_state:
        _log_out()
    try:
        owner()
    except PermissionError:
        _draw_login()
        st.stop()


def draw_logout() -> None:
    """Draw who is logged in, with the way out; nothing without login."""
    name = shown_name()
    if name is None:
        return
    st.text(f"Logged in as {name}")
    st.button("Log out", icon=":material/logout:", on_click=_leave)


def _leave() -> None:
    st.session_state[_LEAVING] = True


def _log_out() -> NoReturn:
    """Send the browser to the provider's logout, in every run until it has gone.

    A run that starts right behind another throws away what that one has not sent yet, the way out
    included (`ForwardMsgQueue.clear`, Streamlit 1.67): the page would look logged out and keep its cookie.
    """
    st.logout()
    st.text("Logging out…")
    st.stop()


def _draw_login() -> None:
    with st.container(horizontal_alignment="center"), st.container(width=480):
        st.title("Parley")
        sentence = _SENTENCES.get(st.query_params.get(REASON, ""))
        if sentence:
            st.warning(sentence)
        st.text("Log in to make calls. You see your own calls, and nobody else sees them.")
        for name in (names := providers()):
            label = "Log in" if len(names) == 1 else f"Log in with {_shown(name)}"
            key = f"login_{name}"
            st.button(label, key, icon=_LOGIN, on_click=st.login, args=(name,))


def _shown(provider: str) -> str:
    return "the usual account" if provider == DEFAULT_PROVIDER else provider
