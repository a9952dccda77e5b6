"""Runs jobs on threads of their own, some at once. Knows nothing of what they do.

The threads are daemons: one that waits for a service that hangs must not hold up the end of the process.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from voice.history.records import HistoryProblem
from voice.service.job import Job
from voice.service.problems import ServiceProblem, Stopped

_log = logging.getLogger(__name__)

# Beyond these, somebody has to wait before asking for more; each holds a thread.
MAX_JOBS = 50


class Background:
    """At most `at_once` jobs run and the others wait for their turn; with `MAX_JOBS`, no more are taken."""

    def __init__(self, name: str, at_once: int) -> None:
        self._name = name
        self._turns = threading.Semaphore(at_once)
        self._lock = threading.Lock()
        self._jobs: set[Job[Any]] = set()

    def begin(self, job: Job[Any], work: Callable[[], None]) -> None:
        """Have `work` done. Raises `ServiceProblem` when there is too much to do."""
        with self._lock:
            if len(self._jobs) >= MAX_JOBS:
                raise ServiceProblem("not_ready", "Too much is being done already.", "Try again in a minute.")
            self._jobs.add(job)
        threading.Thread(target=self._run, args=(job, work), name=self._name, daemon=True).start()

    def stop(self) -> None:
        """Have all jobs end where they can; does not wait for it."""
        with self._lock:
            jobs = tuple(self._jobs)
        for job in jobs:
            job.stop()

    def _run(self, job: Job[Any], work: Callable[[], None]) -> None:
        try:
            with self._turns:
                job.go_on()
                work()
        except Stopped:
            pass
        except HistoryProblem as problem:
            job.problem = problem
        except Exception:  # noqa: BLE001 - the page must learn of it, and other jobs go on
            _log.exception("something with the agent's service failed")
            job.problem = HistoryProblem("Something in Parley failed.", "Its log has the reason.")
        finally:
            with self._lock:
                self._jobs.discard(job)
            job.end()
