"""Deletes calls: at the agent's service first, then here, for here is the only place that knows the sessions.

Deleted means absent from the service's list: by its id, a deleted session may still be answered. A call that
could not be deleted there stays here, unless it is wanted otherwise. Blocks.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
from msgspec.structs import replace

from voice.history.records import CallRecord, FullCall, HistoryProblem
from voice.history.store import Store
from voice.service.job import Job
from voice.service.problems import FOR_ALL, ServiceProblem, Stopped, still_listed, unconfirmed
from voice.service.sessions_api import SessionsApi

# The service may have limits of its own, and nobody waits for this.
AT_ONCE = 4
# So many calls share one look at the service's list, which may be long.
BATCH = 20


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What was deleted of one call, and where. `is_gone`: it is not here any more.

    `deleted` are the sessions that its service accepted the request for and no longer lists; `unknown` those
    that it neither knew nor listed, in any region where `in_regions`; `left` those that may still be there.
    `problem` is why any are, or why the call is still here.
    """

    call: CallRecord
    is_gone: bool
    deleted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    in_regions: bool = False
    problem: HistoryProblem | None = None


Forgetting = Job[list[Forgotten]]
# The service to ask, why it can't be asked, or None where there is nothing to ask for.
Service = SessionsApi | ServiceProblem | None
ServiceOf = Callable[[FullCall], Service]


class _Asked(msgspec.Struct, frozen=True):
    """A call whose service was asked.

    `taken_at` has the place that accepted the request for each session, None where no place knows it. Those
    that could not be asked for are missing; `problem` is why.
    """

    full: FullCall
    service: Service
    taken_at: dict[str, str | None]
    problem: ServiceProblem | None


class _Lists(msgspec.Struct, frozen=True):
    """What each place of a service still lists, or why it didn't say."""

    listed: dict[str, frozenset[str]]
    problems: dict[str, ServiceProblem]


def forget(
    service_of: ServiceOf,
    store: Store,
    owner: str,
    calls: Sequence[FullCall],
    job: Forgetting,
    *,
    all_the_same: bool = False,
) -> list[Forgotten]:
    """Delete calls, some at once; `all_the_same`: here also when that fails at the service.

    All are of one service, which is not asked again if it refuses or can't be reached. Stopped, it tells what
    was done so far.
    """
    done: list[Forgotten] = []
    given_up: list[ServiceProblem] = []

    def ask(full: FullCall) -> _Asked | None:
        if job.is_stopped:
            return None
        service = service_of(full)
        if given_up and isinstance(service, SessionsApi):
            service = given_up[0]
        asked = _ask(service, full)
        _give_up(given_up, service, asked.problem)
        return asked

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="forgetting") as pool:
        try:
            for first in range(0, len(calls), BATCH):
                job.tell("Deleting …", len(done), len(calls))
                asked = [one for one in pool.map(ask, calls[first : first + BATCH]) if one is not None]
                lists = _look_up(asked)
                for one in asked:
                    forgotten = _settled(one, lists)
                    _give_up(given_up, one.service, forgotten.problem)
                    done.append(_forget_here(forgotten, store, owner, all_the_same=all_the_same))
            job.tell("Deleting …", len(done), len(calls))
        except Stopped:
            pass
    return done


def _give_up(given_up: list[ServiceProblem], service: Service, problem: HistoryProblem | None) -> None:
    """Note a problem that every other session would meet too."""
    if isinstance(service, SessionsApi) and isinstance(problem, ServiceProblem) and problem.reason in FOR_ALL:
        given_up.append(problem)


def _ask(service: Service, full: FullCall) -> _Asked:
    taken_at: dict[str, str | None] = {}
    problem = service if isinstance(service, ServiceProblem) else None
    for session in full.sessions:
        if not isinstance(service, SessionsApi):
            break
        try:
            taken_at[session.id] = service.delete(session.id)
        except ServiceProblem as found:
            problem = problem or found
            if found.reason in FOR_ALL:
                break
    return _Asked(full, service, taken_at, problem)


def _look_up(asked: Sequence[_Asked]) -> _Lists:
    """What is listed after all of them were asked for."""
    lists = _Lists({}, {})
    ids = {session_id for one in asked for session_id in one.taken_at}
    service = next((one.service for one in asked if one.taken_at), None)
    if not isinstance(service, SessionsApi):
        return lists
    for place in service.places:
        try:
            lists.listed[place] = service.listed(place, ids)
        except ServiceProblem as problem:
            lists.problems[place] = problem
    return lists


def _settled(asked: _Asked, lists: _Lists) -> Forgotten:
    """What became of a call at its service."""
    deleted: list[str] = []
    unknown: list[str] = []
    left: list[str] = []
    service, problem = asked.service, asked.problem
    for session in asked.full.sessions if service is not None else ():
        if not isinstance(service, SessionsApi) or session.id not in asked.taken_at:
            left.append(session.id)
            continue
        taken_at = asked.taken_at[session.id]
        found = _why_left(service, lists, session.id, taken_at)
        if found is not None:
            left.append(session.id)
            problem = problem or found
        else:
            (unknown if taken_at is None else deleted).append(session.id)
    return Forgotten(
        call=asked.full.call,
        is_gone=False,
        deleted=tuple(deleted),
        unknown=tuple(unknown),
        left=tuple(left),
        in_regions=isinstance(service, SessionsApi) and len(service.places) > 1,
        problem=problem,
    )


def _why_left(
    service: SessionsApi, lists: _Lists, session_id: str, taken_at: str | None
) -> ServiceProblem | None:
    """Why a session may still be there; None if it is gone.

    The place that took the request knows best. Where none did, only all of them together can tell.
    """
    still = next((place for place, ids in lists.listed.items() if session_id in ids), None)
    if still is not None:
        return still_listed(service.name_at(still), session_id, accepted=taken_at is not None)
    if taken_at is None:
        return next(iter(lists.problems.values()), None)
    problem = lists.problems.get(taken_at)
    return None if problem is None else unconfirmed(problem)


def _forget_here(forgotten: Forgotten, store: Store, owner: str, *, all_the_same: bool) -> Forgotten:
    if forgotten.problem is not None and not all_the_same:
        return forgotten
    try:
        store.delete(owner, forgotten.call.id)
    except HistoryProblem as problem:
        return replace(forgotten, problem=problem)
    return replace(forgotten, is_gone=True)
