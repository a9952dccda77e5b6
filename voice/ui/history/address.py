"""What the page's address says: which call is open, and which stands beside it. Nothing else may read or
write these parameters.
"""

import streamlit as st

_CALL = "call"
_BESIDE = "with"


def opened() -> tuple[str, str]:
    """The call that is open and the one beside it; empty where there is none."""
    return st.query_params.get(_CALL, ""), st.query_params.get(_BESIDE, "")


def open_call(call_id: str) -> None:
    """Have the next run show a call."""
    st.query_params.from_dict({_CALL: call_id})


def open_pair(call_id: str, other_id: str) -> None:
    """Have the next run show two calls beside each other."""
    st.query_params.from_dict({_CALL: call_id, _BESIDE: other_id})


def back_to_list() -> None:
    """Have the next run show the list."""
    st.query_params.clear()
