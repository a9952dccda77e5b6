"""Takes what pages want of the agent's service and has it done while they look on: bringing in, deleting."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from voice.history.records import FullCall
from voice.history.store import Store
from voice.service.background import Background
from voice.service.bringing import Bringing, bring_in
from voice.service.forgetting import Forgetting, forget
from voice.service.problems import ServiceProblem, within_sentence
from voice.service.reach import ForEach, Reach

# Files come over one network.
_BRINGING_AT_ONCE = 3
_FORGETTING_AT_ONCE = 3
# How a call was last brought in, for its page; the oldest are forgotten.
MAX_REMEMBERED = 200


class ServiceDesk:
    """Made once per process; thread-safe. `stop` belongs to the server's lifespan."""

    def __init__(self, store: Store, reach: Reach) -> None:
        self.reach = reach
        self._store = store
        self._lock = threading.Lock()
        self._bringing: OrderedDict[tuple[str, str], Bringing] = OrderedDict()
        self._bringers = Background("bringing", _BRINGING_AT_ONCE)
        self._forgetters = Background("forgetting", _FORGETTING_AT_ONCE)

    def stop(self) -> None:
        """Have all jobs end where they can; does not wait for it."""
        self._bringers.stop()
        self._forgetters.stop()

    def bringing(self, owner: str, call_id: str) -> Bringing | None:
        """The last job that brought in this call, over or not."""
        with self._lock:
            return self._bringing.get((owner, call_id))

    def bring_in(self, owner: str, call_id: str) -> Bringing:
        """Begin to bring in a call of this owner's; gives the job, which may be under way already.

        Raises `ServiceProblem` when there is too much to do.
        """
        job = Bringing()
        with self._lock:
            known = self._bringing.get((owner, call_id))
            if known is not None and not known.is_over:
                return known
            self._bringers.begin(job, lambda: self._bring_in(owner, call_id, job))
            self._bringing[owner, call_id] = job
            if len(self._bringing) > MAX_REMEMBERED:
                self._bringing.popitem(last=False)
        return job

    def forget(
        self, owner: str, ids: Sequence[str] | None = None, *, all_the_same: bool = False
    ) -> Forgetting:
        """Begin to delete the owner's calls of these ids, or all, at their service and then here.

        `all_the_same`: here also when that fails there. Raises `ServiceProblem` when there is too much to do.
        """
        job = Forgetting()

        def work() -> None:
            calls = self._store.calls_to_forget(owner, ids)
            self._stop_bringing(owner, calls)
            services = ForEach(self.reach)
            try:
                job.result = forget(services.of, self._store, owner, calls, job, all_the_same=all_the_same)
            finally:
                services.close()

        self._forgetters.begin(job, work)
        return job

    def _bring_in(self, owner: str, call_id: str, job: Bringing) -> None:
        full = self._store.full_call(owner, call_id)
        if full is None:
            raise ServiceProblem("gone", "This call is not there any more.")
        problem = self.reach.why_not(full.call)
        if problem is not None:
            raise problem
        job.tell(f"Looking for {within_sentence(self.reach.name)} …")
        api = self.reach.open()
        try:
            job.result = bring_in(api, self.reach.redactor, self._store, owner, full, job)
        finally:
            api.close()

    def _stop_bringing(self, owner: str, calls: Sequence[FullCall]) -> None:
        with self._lock:
            jobs = [self._bringing.pop((owner, full.call.id), None) for full in calls]
        for job in jobs:
            if job is not None:
                job.stop()
