"""What a check found: a state, what was measured, and the cure. Holds no secret, since people copy it."""

from enum import StrEnum

import msgspec


class State(StrEnum):
    """How a check stands."""

    FINE = "fine"
    ATTENTION = "attention"
    FAILED = "failed"
    NOT_RUN = "not_run"


class Finding(msgspec.Struct, frozen=True):
    """`measured` and `cure` are whole sentences for a person; there is no cure where none is needed."""

    state: State
    measured: str
    cure: str = ""


def fine(measured: str) -> Finding:
    """Nothing to do."""
    return Finding(State.FINE, measured)


def attention(measured: str, cure: str) -> Finding:
    """It works, but may spoil a call."""
    return Finding(State.ATTENTION, measured, cure)


def failed(measured: str, cure: str) -> Finding:
    """A call can't work so."""
    return Finding(State.FAILED, measured, cure)


def not_run(measured: str, cure: str = "") -> Finding:
    """It does not apply here, or waits for the person."""
    return Finding(State.NOT_RUN, measured, cure)
