"""Waits until the service has the files of a session, which it writes some seconds after its end."""

import time
from typing import Any

from voice.protocol.stored_sessions import FullSession
from voice.service.job import Job
from voice.service.problems import ServiceProblem, within_sentence
from voice.service.sessions_api import SessionsApi

# The service was seen to take some 7 s (2026-09); its documentation says 90 s.
PATIENCE_S = 120.0
# When one file of a session is there, the other one comes soon or not at all.
OTHER_FILE_S = 15.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0


def with_files(
    api: SessionsApi, session_id: str, job: Job[Any], which: str, *, is_settled: bool, at_once: bool
) -> FullSession:
    """The session with its files, maybe only one of them; no wait where it `is_settled` what there is.

    `at_once`: this service gives all its files at the same moment.

    Raises `ServiceProblem` with reason `not_ready` after `PATIENCE_S`, or `gone`; and `Stopped`.
    """
    began = time.monotonic()
    first_file_at: float | None = None
    pause_s = FIRST_PAUSE_S
    while True:
        stored = api.get(session_id)
        now = time.monotonic()
        if stored.artifact("audio") and stored.artifact("timeline"):
            return stored
        if stored.artifacts and first_file_at is None:
            first_file_at = now
        patience_s = 0.0 if is_settled or at_once else OTHER_FILE_S
        if first_file_at is not None and now - first_file_at >= patience_s:
            return stored
        if is_settled or now - began >= PATIENCE_S:
            raise _not_ready(api.name, stored, is_settled=is_settled)
        job.tell(f"{which}waiting until {within_sentence(api.name)} has its files ready …")
        job.pause(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _not_ready(name: str, stored: FullSession, *, is_settled: bool) -> ServiceProblem:
    if not stored.is_over:
        return ServiceProblem("open", f"{name} still has this session open.", "Try again in a minute.")
    if is_settled:
        return ServiceProblem(
            "gone", f"{name} knows the session, and has no files of it.", "They were deleted, or never made."
        )
    return ServiceProblem(
        "not_ready",
        f"{name} does not have the files of this session ready yet.",
        "Try again in some minutes.",
    )
