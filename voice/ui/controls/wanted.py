"""Puts together what the groups of controls want, and hands it to the line as one configuration."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any, Literal

import streamlit as st

from voice.call.line import Line
from voice.protocol.config import patch_of

Group = Literal["conversation", "turn_taking", "hearing", "tools"]
GROUPS: frozenset[Group] = frozenset(("conversation", "turn_taking", "hearing", "tools"))

_PARTS = "wanted_parts"
_USED_DIALS = "wanted_dials"
_COLLECTING = "wanted_is_collected"

# What undoes a field within a session, where leaving it out would leave it as it is. Turn detection and the
# greeting have no such value.
_WAY_BACK: dict[str, Any] = {
    "input.keyterms": None,
    "input.transcription_mode": "balanced",
    "input.transcription_prompt": None,
    "input.language_codes": None,
    "input.voice_focus": "near-field",
    "tools": [],
}


def hand_over(line: Line, group: Group, chosen: Mapping[str, Any], dials: Collection[str] = ()) -> None:
    """Take over one group's fields, by dotted path, and the dials it uses.

    None leaves a field as the service has it.
    """
    parts = st.session_state.setdefault(_PARTS, {})
    sent = parts.get(group, {}) if line.call is not None else {}
    parts[group] = fields_to_send(chosen, sent)
    st.session_state.setdefault(_USED_DIALS, {})[group] = tuple(dials)
    if not st.session_state.get(_COLLECTING, False):
        _want(line)


@contextmanager
def collecting(line: Line) -> Iterator[None]:
    """While all groups are drawn: the line gets one configuration at the end, and not one for each group."""
    st.session_state[_COLLECTING] = True
    try:
        yield
    finally:
        # A run may be cut short anywhere; the fragments after it must hand over again.
        st.session_state[_COLLECTING] = False
    _want(line)


def fields_to_send(chosen: Mapping[str, Any], sent: Collection[str]) -> dict[str, Any]:
    """The fields that differ from the service's own, and the way back of each that was `sent`."""
    fields = {path: value for path, value in chosen.items() if value is not None}
    return fields | {
        path: _WAY_BACK[path]
        for path, value in chosen.items()
        if value is None and path in sent and path in _WAY_BACK
    }


def _want(line: Line) -> None:
    parts: dict[Group, dict[str, Any]] = st.session_state.get(_PARTS, {})
    if parts.keys() != GROUPS:
        return
    dials = chain.from_iterable(st.session_state[_USED_DIALS].values())
    fields = {path: value for group in parts.values() for path, value in group.items()}
    line.want(patch_of(fields), frozenset(dials))
