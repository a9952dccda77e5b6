"""Deletes calls: at the agent's service first, then here, for here is the only place that knows the sessions.

A call that could not be deleted there stays here, unless it is wanted otherwise. Blocks.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from voice.history.records import CallRecord, FullCall, HistoryProblem
from voice.history.store import Store
from voice.service.job import Job
from voice.service.problems import FOR_ALL, ServiceProblem, Stopped
from voice.service.sessions_api import SessionsApi

# The service may have limits of its own, and nobody waits for this.
AT_ONCE = 4


class Forgotten(msgspec.Struct, frozen=True, kw_only=True):
    """What was deleted of one call, and where. `is_gone`: it is not here any more.

    `deleted` and `unknown` are the sessions that its service had, or had none of any more; `left` are those
    that may still be there. `problem` is why any are, or why the call is still here.
    """

    call: CallRecord
    is_gone: bool
    deleted: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    problem: HistoryProblem | None = None


Forgetting = Job[list[Forgotten]]
# The service to ask, why it can't be asked, or None where there is nothing to ask for.
Service = SessionsApi | ServiceProblem | None
ServiceOf = Callable[[FullCall], Service]


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

    A service that refuses, or can't be reached, is not asked again. Stopped, it tells what was done so far.
    """
    done: list[Forgotten] = []
    given_up: list[ServiceProblem] = []

    def one(full: FullCall) -> Forgotten:
        service = service_of(full)
        if given_up and isinstance(service, SessionsApi):
            service = given_up[0]
        forgotten = _forget_one(service, store, owner, full, all_the_same=all_the_same)
        problem = forgotten.problem
        if isinstance(problem, ServiceProblem) and problem.reason in FOR_ALL and service is not problem:
            given_up.append(problem)
        return forgotten

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="forgetting") as pool:
        try:
            job.tell("Deleting …", 0, len(calls))
            for forgotten in pool.map(one, calls):
                done.append(forgotten)
                job.tell("Deleting …", len(done), len(calls))
        except Stopped:
            pool.shutdown(cancel_futures=True)
    return done


def _forget_one(
    service: Service, store: Store, owner: str, full: FullCall, *, all_the_same: bool
) -> Forgotten:
    forgotten = _forget_there(service, full)
    if forgotten.problem is not None and not all_the_same:
        return forgotten
    try:
        store.delete(owner, full.call.id)
    except HistoryProblem as problem:
        return msgspec.structs.replace(forgotten, problem=problem)
    return msgspec.structs.replace(forgotten, is_gone=True)


def _forget_there(service: Service, full: FullCall) -> Forgotten:
    deleted: list[str] = []
    unknown: list[str] = []
    left: list[str] = []
    problem = service if isinstance(service, ServiceProblem) else None
    for session in full.sessions if service is not None else ():
        if not isinstance(service, SessionsApi) or (problem is not None and problem.reason in FOR_ALL):
            left.append(session.id)
            continue
        try:
            (deleted if service.delete(session.id) else unknown).append(session.id)
        except ServiceProblem as found:
            left.append(session.id)
            problem = problem or found
    return Forgotten(
        call=full.call,
        is_gone=False,
        deleted=tuple(deleted),
        unknown=tuple(unknown),
        left=tuple(left),
        problem=problem,
    )
