"""Brings in what the agent's service keeps of one call: each session's recording and timeline.

Blocks for as long as the service takes: for a thread of its own. What was brought in before stays until there
is something to replace it with.
"""

import os
import time
from pathlib import Path

import msgspec
from msgspec.structs import replace

from voice.call.redaction import Redactor
from voice.history.records import FullCall, SessionRecord
from voice.history.store import Store
from voice.protocol.stored_sessions import FullSession, Timeline
from voice.service.files import fetch_timeline, fetched_sound
from voice.service.job import Job
from voice.service.problems import ServiceProblem, within_sentence
from voice.service.sessions_api import SessionsApi, Tell
from voice.service.waiting import with_files

# Of a call that ended so long ago, nothing more becomes ready.
SETTLED_AFTER_S = 600.0


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one session; of what is missing, the first `problem` tells why."""

    number: int
    has_sound: bool = False
    has_timeline: bool = False
    problem: ServiceProblem | None = None


Bringing = Job[list[Brought]]


def bring_in(
    api: SessionsApi, redactor: Redactor, store: Store, owner: str, full: FullCall, job: Bringing
) -> list[Brought]:
    """Bring in every session of a call; one that fails keeps no other. Raises `Stopped`."""
    return [_Session(api, redactor, store, owner, full, session, job).bring() for session in full.sessions]


class _Session:
    """One session of a call on its way in."""

    def __init__(
        self,
        api: SessionsApi,
        redactor: Redactor,
        store: Store,
        owner: str,
        full: FullCall,
        session: SessionRecord,
        job: Bringing,
    ) -> None:
        self._api = api
        self._redactor = redactor
        self._store = store
        self._owner = owner
        self._call = full.call
        self._session = session
        self._job = job
        count = len(full.sessions)
        self._which = f"Session {session.number} of {count}: " if count > 1 else ""

    def bring(self) -> Brought:
        self._job.tell(f"{self._which}asking {within_sentence(self._api.name)} …")
        try:
            stored = with_files(
                self._api,
                self._session.id,
                self._job,
                self._which,
                is_settled=self._is_settled(),
                at_once=self._call.agent == "local",
            )
        except ServiceProblem as problem:
            return Brought(number=self._session.number, problem=problem)
        timeline, timeline_problem = self._timeline(stored)
        has_sound, sound_problem = self._sound(stored)
        if (timeline or has_sound) and not self._keep(timeline):
            # Whoever deleted the call meanwhile could not take away what was not there yet.
            self._path().unlink(missing_ok=True)
            return Brought(number=self._session.number, problem=_deleted())
        return Brought(
            number=self._session.number,
            has_sound=has_sound,
            has_timeline=timeline is not None,
            problem=timeline_problem or sound_problem,
        )

    def _keep(self, timeline: Timeline | None) -> bool:
        # Where it has no timeline now, there may be one that was brought in before.
        known = timeline or self._session.timeline
        brought = replace(self._session, brought_at=time.time(), timeline=known)
        return self._store.bring_in(self._owner, self._call.id, brought)

    def _path(self) -> Path:
        return self._store.service_recording_path(self._call.id, self._session.number)

    def _is_settled(self) -> bool:
        ended_at = self._call.ended_at
        return ended_at is not None and time.time() - ended_at > SETTLED_AFTER_S

    def _timeline(self, stored: FullSession) -> tuple[Timeline | None, ServiceProblem | None]:
        artifact = stored.artifact("timeline")
        if artifact is None:
            return None, _none_there(self._api.name, "timeline")
        try:
            tell = self._telling("timeline")
            return fetch_timeline(self._api, artifact.url, self._redactor, tell), None
        except ServiceProblem as problem:
            return None, problem

    def _sound(self, stored: FullSession) -> tuple[bool, ServiceProblem | None]:
        artifact = stored.artifact("audio")
        if artifact is None:
            return False, _none_there(self._api.name, "recording")
        path = self._path()
        try:
            with fetched_sound(self._api, artifact.url, path, self._telling("recording")) as part:
                os.replace(part, path)
        except ServiceProblem as problem:
            return False, problem
        except FileNotFoundError:
            # Whoever deleted the call meanwhile took it away.
            return False, _deleted()
        return True, None

    def _telling(self, what: str) -> Tell:
        def tell(came: int, total: int | None) -> None:
            self._job.tell(f"{self._which}fetching the {what} …", came, total or 0)

        return tell


def _deleted() -> ServiceProblem:
    return ServiceProblem("gone", "The call was deleted here meanwhile.")


def _none_there(name: str, what: str) -> ServiceProblem:
    return ServiceProblem("gone", f"{name} has no {what} of this session.")
