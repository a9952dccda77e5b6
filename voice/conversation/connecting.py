"""The steps of connecting that happen on the server, with their times. Pure.

The page's own step, asking for the microphone, comes before these and is not known here.
"""

import msgspec

from voice.protocol.session_state import Phase, Session


class StepView(msgspec.Struct, frozen=True):
    """One step, begun at `began_at`; `took_s` is None while it runs, or when it failed."""

    name: str
    label: str
    took_s: float | None = None
    failed: bool = False
    began_at: float | None = None


def steps_of(session: Session) -> tuple[StepView, ...]:
    """The agent's readiness and the browser's audio, which are waited for side by side."""
    failed = session.phase is Phase.FAILED
    return (
        _step("agent", "Agent", session.asked_at, session.agreed_at, failed=failed),
        _step("audio", "Audio", session.begun_at, session.audio_at, failed=failed),
    )


def _step(name: str, label: str, began: float | None, done: float | None, *, failed: bool) -> StepView:
    if began is None or done is None:
        return StepView(name, label, failed=failed, began_at=began)
    return StepView(name, label, took_s=round(done - began, 3), began_at=began)
