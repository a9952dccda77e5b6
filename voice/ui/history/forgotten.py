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
    there = service_name(call.agent)
    if one.deleted:
        told.append(
            f"It was deleted at {_place(call)} ({_sessions(one.deleted)}); asked again, "
            "it is not there any more."
        )
    if one.unknown:
        told.append(f"{there} had nothing of it any more ({_sessions(one.unknown)}).")
    if one.left:
        told.append(_what_is_left(one))
    if call.agent == "local" and call.session_id and not (one.deleted or one.unknown or one.left):
        told.append("The local agent does not run, so what it kept of it in memory is gone.")
    return told


def _kept(one: Forgotten) -> str:
    told = f"{name_of(one.call)} was not deleted. {one.problem}"
    if one.deleted:
        told += f" At {_place(one.call)} it was deleted ({_sessions(one.deleted)})."
    if one.left:
        told += f" {_what_is_left(one)}"
    return told


def _what_is_left(one: Forgotten) -> str:
    problem = one.problem
    is_sure = isinstance(problem, ServiceProblem) and problem.reason in STILL_THERE
    still = "It is still" if is_sure else "It may still be"
    return f"{still} at {_place(one.call)}, as {_sessions(one.left)}."


def _counted(gone: Sequence[Forgotten]) -> list[str]:
    if not gone:
        return []
    deleted, unknown, left = (
        sum(len(getattr(one, what)) for one in gone) for what in ("deleted", "unknown", "left")
    )
    told = [f"{_calls(len(gone))} deleted here, with their recordings."]
    if deleted:
        told.append(
            f"At the agent's service, {_count(deleted)} deleted; asked again, they are not there any more."
        )
    if unknown:
        told.append(f"The agent's service had nothing any more of {unknown:,} of their sessions.")
    if left:
        told.append(f"At the agent's service, {_count(left)} not deleted.")
    return told


def _place(call: CallRecord) -> str:
    """Where it is, in the middle of a sentence."""
    return within_sentence(service_name(call.agent, call.agent_url))


def _sessions(ids: Sequence[str]) -> str:
    return f"session {ids[0]}" if len(ids) == 1 else "sessions " + ", ".join(ids)


def _calls(count: int) -> str:
    return "1 call was" if count == 1 else f"{count:,} calls were"


def _count(count: int) -> str:
    return "1 session was" if count == 1 else f"{count:,} sessions were"
