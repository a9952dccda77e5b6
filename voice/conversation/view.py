"""What the page shows of a call, and the smallest change from one view to the next. Pure, nothing secret."""

from collections.abc import Sequence

import msgspec

from voice.conversation.connecting import StepView, steps_of
from voice.conversation.cost import cost_text, cost_usd
from voice.conversation.state import INTERRUPTED_ICON, INTERRUPTED_LABEL, CallState, icon_of, label_of
from voice.conversation.transcript import TurnView
from voice.protocol.config_sync import SettingStatus
from voice.protocol.session_state import Closing, Notice, Session

__all__ = ["CallView", "FailureView", "TurnView", "patch_between", "view_of"]


class FailureView(msgspec.Struct, frozen=True):
    """Why the call failed and what to do; `code` is for the small print."""

    sentence: str
    next_step: str
    code: str


class ReconnectView(msgspec.Struct, frozen=True):
    """The agent's socket was lost at `lost_at`: attempt `attempt` at another one is under way."""

    attempt: int
    lost_at: float


class CallView(msgspec.Struct, frozen=True):
    """The whole view. `since` is when the state began, and all times are in seconds of the session's clock.

    `usd_per_hour` is the price of an open socket: 0 for the local agent, None when nobody can say.
    """

    state: str
    label: str
    icon: str
    since: float | None = None
    muted: bool = False
    agent_muted: bool = False
    sample: bool = False
    interrupted: bool = False
    failure: FailureView | None = None
    notices: tuple[Notice, ...] = ()
    turns: tuple[TurnView, ...] = ()
    settings: dict[str, SettingStatus] = {}
    valid_voices: tuple[str, ...] = ()
    ignored: int = 0
    session_id: str | None = None
    steps: tuple[StepView, ...] = ()
    begun_at: float | None = None
    ready_at: float | None = None
    ended_at: float | None = None
    billed_from: float | None = None
    usd_per_hour: float | None = None
    reconnect: ReconnectView | None = None
    closing: Closing | None = None
    queued_texts: int = 0


IDLE_VIEW = CallView(CallState.IDLE.value, label_of(CallState.IDLE), icon_of(CallState.IDLE))

_PLAIN_FIELDS = tuple(name for name in CallView.__struct_fields__ if name != "turns")
# While the agent is silent after a cut, these states carry the words that invite to speak.
_QUIET = (CallState.LISTENING, CallState.HEARING, CallState.THINKING)


def view_of(session: Session | None) -> CallView:
    """The view of a session; of none, the idle page. Parts that did not change are the same objects."""
    if session is None:
        return IDLE_VIEW
    interrupted = session.interrupted_at is not None and session.state in _QUIET
    failure = session.failure
    return CallView(
        state=session.state.value,
        label=INTERRUPTED_LABEL if interrupted else _label(session),
        icon=INTERRUPTED_ICON if interrupted else icon_of(session.state),
        since=session.since,
        muted=session.muted,
        agent_muted=session.agent_muted,
        sample=session.sample,
        interrupted=interrupted,
        failure=FailureView(failure.sentence, failure.next_step, failure.code) if failure else None,
        notices=session.notices,
        turns=session.transcript.lines,
        settings=session.settings,
        valid_voices=session.valid_voices,
        ignored=session.counters.ignored,
        session_id=session.session_id,
        steps=steps_of(session),
        begun_at=session.begun_at,
        ready_at=session.ready_at,
        ended_at=session.ended_at,
        billed_from=session.billed_from,
        usd_per_hour=session.usd_per_hour,
        reconnect=_reconnect(session),
        closing=session.closing,
        queued_texts=len(session.texts),
    )


def patch_between(old: CallView | None, new: CallView) -> dict[str, object]:
    """What must change to get from `old` to `new`; empty when nothing did, everything when `old` is None.

    Top-level fields other than turns are given whole. `removed` are ids of turns that are gone, and
    `turns` is a list of `{"index", "turn"}` in ascending order. To apply: take out the turns whose id is
    in `removed` or in `turns`, then insert each of `turns` at its index.
    """
    if old is None:
        patch: dict[str, object] = {name: getattr(new, name) for name in _PLAIN_FIELDS}
        return patch | {"turns": _placed(range(len(new.turns)), new.turns)}
    patch = {name: getattr(new, name) for name in _PLAIN_FIELDS if _differs(old, new, name)}
    if old.turns is not new.turns:
        patch |= _turns_between(old.turns, new.turns)
    return patch


def _differs(old: CallView, new: CallView, name: str) -> bool:
    before, after = getattr(old, name), getattr(new, name)
    return before is not after and before != after


def _turns_between(old: Sequence[TurnView], new: Sequence[TurnView]) -> dict[str, object]:
    start = 0
    for before, after in zip(old, new, strict=False):
        if before is not after and before != after:
            break
        start += 1
    left, added = old[start:], new[start:]
    ids = {turn.id for turn in added}
    removed = [turn.id for turn in left if turn.id not in ids]
    before_by_id = {turn.id: turn for turn in left}
    same_order = [t.id for t in left if t.id in ids] == [t.id for t in added if t.id in before_by_id]
    changed = [
        start + offset
        for offset, turn in enumerate(added)
        if not same_order or before_by_id.get(turn.id) != turn
    ]
    patch: dict[str, object] = {"removed": removed} if removed else {}
    return patch | ({"turns": _placed(changed, new)} if changed else {})


def _placed(places: Sequence[int], turns: Sequence[TurnView]) -> list[dict[str, object]]:
    return [{"index": place, "turn": turns[place]} for place in places]


def _label(session: Session) -> str:
    return label_of(session.state, duration_s=_duration_s(session), cost=_cost(session))


def _duration_s(session: Session) -> float | None:
    """From the click on Connect, as the recording and everything that is kept counts; None without a talk."""
    ready, ended = session.ready_at, session.ended_at
    if ready is None or ended is None:
        return None
    return ended - (ready if session.begun_at is None else session.begun_at)


def _reconnect(session: Session) -> ReconnectView | None:
    loss = session.loss
    return None if loss is None or session.ready_at is None else ReconnectView(loss.attempt, loss.at)


def _cost(session: Session) -> str:
    if session.billed_from is None or session.ended_at is None:
        return ""
    return cost_text(cost_usd(session.ended_at - session.billed_from, session.usd_per_hour))
