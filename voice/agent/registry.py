"""The sessions of one server: made, found again after a drop, ended when their time is up.

Owns the cap on sessions and the sweep. It never talks to a client.
"""

import asyncio
import hmac
import logging
from typing import Final

from voice.agent.archive.store import Archive
from voice.agent.brain.base import Brain
from voice.agent.clock import Clock
from voice.agent.models import Models
from voice.agent.quirks import Quirks
from voice.agent.session import Session
from voice.agent.tokens import Grant
from voice.protocol.config import SessionPatch

log = logging.getLogger(__name__)

SWEEP_INTERVAL_S: Final = 0.2


class AtCapacity(Exception):
    """No further session may be opened until one ends."""


class Registry:
    """Every session that is talking or may still be resumed."""

    def __init__(
        self,
        *,
        models: Models,
        brain: Brain,
        quirks: Quirks,
        clock: Clock,
        archive: Archive,
        max_sessions: int,
        think_ahead: bool,
    ) -> None:
        self._models = models
        self._brain = brain
        self._quirks = quirks
        self._clock = clock
        self._archive = archive
        self._think_ahead = think_ahead
        self.max_sessions = max_sessions
        self._sessions: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    @property
    def connected(self) -> int:
        """How many sessions have a client right now; the others may be resumed."""
        return sum(session.dropped_at is None for session in self._sessions.values())

    def create(self, patch: SessionPatch, grant: Grant, *, record: bool = True) -> Session:
        """Make a session from a validated first update; `record` keeps its sound. Raises `AtCapacity`."""
        if len(self._sessions) >= self.max_sessions:
            raise AtCapacity
        session = Session(
            patch,
            grant=grant,
            models=self._models,
            brain=self._brain,
            quirks=self._quirks,
            clock=self._clock,
            archive=self._archive,
            record=record,
            think_ahead=self._think_ahead,
        )
        self._sessions[session.session_id] = session
        log.info("session %s: opened, %d in all", session.session_id, len(self._sessions))
        return session

    def find(self, session_id: str) -> Session | None:
        """The session with this id, unless it has ended or was dropped too long ago."""
        self.sweep()
        return self._sessions.get(session_id)

    def of_resume_token(self, token: str) -> Session | None:
        """The session that handed out this resume token last."""
        given = token.encode()
        held = [s for s in self._sessions.values() if s.resume_token]
        return next((s for s in held if hmac.compare_digest(given, s.resume_token.encode())), None)

    def forget(self, session: Session) -> None:
        """The session has ended: its id is dead."""
        self._sessions.pop(session.session_id, None)

    def sweep(self) -> None:
        """End what has run out of time."""
        for session in list(self._sessions.values()):
            if session.sweep():
                self.forget(session)
        self._archive.sweep()

    async def keep_sweeping(self) -> None:
        """Sweep until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_INTERVAL_S)
            self.sweep()

    def close(self) -> None:
        """Drop every session: the server stops."""
        for session in self._sessions.values():
            session.drop()
        self._sessions.clear()
