"""What the page's address says: which call is open, and which stands beside it. Nothing else may read or
write these parameters.
"""

import streamlit as st

_CALL = "call"
_BESIDE = "with"
_WANTED = "history_wanted"


def opened() -> list[str]:
    """The ids of the calls that are open: none, one, or two to stand beside each other."""
    wanted = st.session_state.get(_WANTED)
    if wanted is not None:
        st.query_params.from_dict(wanted)
        del st.session_state[_WANTED]
    return [id_ for id_ in (st.query_params.get(_CALL), st.query_params.get(_BESIDE)) if id_]


def open_call(call_id: str) -> None:
    """Have the next run show a call."""
    _want({_CALL: call_id})


def open_pair(call_id: str, other_id: str) -> None:
    """Have the next run show two calls beside each other."""
    _want({_CALL: call_id, _BESIDE: other_id})


def back_to_list() -> None:
    """Have the next run show the list."""
    _want({})


def _want(parameters: dict[str, str]) -> None:
    # Not written to the address yet: a run that the browser asked for meanwhile comes with the old one.
    st.session_state[_WANTED] = parameters
