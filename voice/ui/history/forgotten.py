"""What was deleted of calls, and where, in sentences. Pure; plain text, for they quote titles and ids."""

from collections.abc import Sequence

from voice.history.records import CallRecord
from voice.service.forgetting import Forgotten
from voice.service.problems import STILL_THERE, ServiceProblem, service_name, within_sentence

# More calls are told by their numbers.
MAX_TOLD = 10


def gone_sentences(forgotten: Sequence[Forgotten]) -> list[str]:
    """What was deleted; nothing for a call that is still here."""
    gone = [one for one in forgotten if one.is_gone]
    if len(forgotten) > MAX_TOLD:
        return _counted(gone)
    return [sentence for one in gone for sentence in _told(one)]


def left_sentences(forgotten: Sequence[Forgotten]) -> list[str]:
    """Which calls are still here, and why."""
    here = [one for one in forgotten if not one.is_gone]
    if len(here) <= MAX_TOLD:
        return [_kept(one) for one in here]
    reasons: dict[str, int] = {}
    for one in here:
        reasons[str(one.problem)] = reasons.get(str(one.problem), 0) + 1
    return [f"{_calls(count)} not deleted. {reason}" for reason, count in reasons.items()]


def name_of(call: CallRecord) -> str:
    """A call in the middle of a sentence."""
    return f'"{call.title}"' if call.title else "The call"


def _told(one: Forgotten) -> list[str]:
    call = one.call
    recording = ", and its recording from the data folder" if call.has_recording else ""
    told = [f"{name_of(call)} was deleted here, in Parley's database{recording}."]
    if one.deleted:
        told.append(
            f"{_place(call, starts=True)} accepted the request to delete {_sessions(one.deleted)}, "
            f"and no longer lists {_it(one.deleted)}."
        )
    if one.unknown:
        told.append(f"{_nobody(one)} {_sessions(one.unknown)}, so there was nothing to delete.")
    if one.left:
        told.append(_what_is_left(one))
    if call.agent == "local" and call.session_id and not (one.deleted or one.unknown or one.left):
        told.append("The local agent does not run, so what it kept of it in memory is gone.")
    return told


def _kept(one: Forgotten) -> str:
    told = f"{name_of(one.call)} was not deleted. {one.problem}"
    if one.deleted:
        told += f" Deleted at {_place(one.call)}, and no longer listed: {_sessions(one.deleted)}."
    if one.left:
        told += f" {_what_is_left(one)}"
    return told


def _what_is_left(one: Forgotten) -> str:
    problem = one.problem
    is_sure = len(one.left) == 1 and isinstance(problem, ServiceProblem) and problem.reason in STILL_THERE
    what = _sessions(one.left)
    return f"{what[:1].upper()}{what[1:]} {'is still' if is_sure else 'may still be'} at {_place(one.call)}."


def _counted(gone: Sequence[Forgotten]) -> list[str]:
    if not gone:
        return []
    deleted, unknown, left = (
        sum(len(getattr(one, what)) for one in gone) for what in ("deleted", "unknown", "left")
    )
    told = [f"{_calls(len(gone))} deleted here, with their recordings."]
    if deleted:
        told.append(
            f"The agent's service accepted the request to delete {_count(deleted)}, and no longer lists them."
        )
    if unknown:
        told.append(f"The agent's service neither knows nor lists {_count(unknown)}.")
    if left:
        told.append(f"{_count(left)} may still be at the agent's service.")
    return told


def _place(call: CallRecord, *, starts: bool = False) -> str:
    """Where it is or was, in the middle of a sentence unless it `starts` one."""
    name = service_name(call.agent, call.agent_url)
    return name if starts else within_sentence(name)


def _nobody(one: Forgotten) -> str:
    if one.in_regions:
        return f"Neither region of {_place(one.call)} knows or lists"
    return f"{_place(one.call, starts=True)} neither knows nor lists"


def _it(ids: Sequence[str]) -> str:
    return "it" if len(ids) == 1 else "them"


def _sessions(ids: Sequence[str]) -> str:
    return f"session {ids[0]}" if len(ids) == 1 else "sessions " + ", ".join(ids)


def _calls(count: int) -> str:
    return "1 call was" if count == 1 else f"{count:,} calls were"


def _count(count: int) -> str:
    return "1 session" if count == 1 else f"{count:,} sessions"
