"""What the scenes of one run share: the agent, the budget, the sessions made, and the results so far."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from voice.call.endpoint import Endpoint
from voice.call.event_log import EventLog
from voice.call.link import open_link
from voice.call.redaction import Redactor
from voice.probe.budget import GOODBYE_S, Budget
from voice.probe.call import ProbeCall
from voice.probe.rows import ROWS, Result, Verdict
from voice.probe.target import Target
from voice.protocol.client_events import SessionUpdate
from voice.protocol.config import SessionPatch
from voice.protocol.errors import VoiceAgentError
from voice.protocol.server_events import SessionReady, SessionUpdated

# What was seen goes into a column of a table.
_MAX_SEEN_CHARS = 300
READY_S = 5.0
_ROWS = {row.id: row for row in ROWS}


class CutShortError(Exception):
    """A call ended before all of it was seen; the message says why."""


class Bench:
    """Belongs to one run on one event loop. `sessions` are the ids of those that must be deleted."""

    def __init__(self, target: Target, redactor: Redactor) -> None:
        self.target = target
        self.redactor = redactor
        self.budget = Budget()
        self.results: dict[str, Result] = {}
        self.sessions: list[str] = []
        self.deleted: list[str] = []
        # Why the agent can't be reached; empty while it can.
        self.unreachable = ""
        # The session whose timeline is looked at.
        self.greeted = ""

    def check(self, row_id: str, same: bool, seen: str) -> bool:
        """Note how a check came out; gives `same` back."""
        self._note(row_id, Verdict.SAME if same else Verdict.DIFFERS, seen)
        return same

    def not_tested(self, why: str, *row_ids: str) -> None:
        """Note checks that could not be made."""
        for row_id in row_ids:
            self._note(row_id, Verdict.NOT_TESTED, why)

    def not_applicable(self, why: str, *row_ids: str) -> None:
        """Note checks that mean nothing for this agent."""
        for row_id in row_ids:
            self._note(row_id, Verdict.NOT_APPLICABLE, why)

    def _note(self, row_id: str, verdict: Verdict, seen: str) -> None:
        # The agent's words may be in it: no control characters on a terminal, no secret, not too long.
        plain = "".join(c if c.isprintable() else " " for c in seen)
        self.results[row_id] = Result(_ROWS[row_id], verdict, self.redactor.text(plain, _MAX_SEEN_CHARS))

    def dropped(self) -> None:
        """The session to be resumed has just lost its socket."""
        self.budget.dropped(asyncio.get_running_loop().time())

    def resumed(self) -> None:
        """It has one again."""
        self.budget.resumed(asyncio.get_running_loop().time())

    def grace_left_s(self) -> float:
        """How long a session that was not resumed may still live."""
        return self.budget.grace_left_s(asyncio.get_running_loop().time())

    async def attempt(self, step: Callable[["Bench"], Awaitable[None]], *row_ids: str) -> None:
        """Make checks of which others don't depend: what goes wrong in them is theirs alone."""
        try:
            await step(self)
        except (CutShortError, VoiceAgentError) as problem:
            self.not_tested(told(problem), *(id_ for id_ in row_ids if id_ not in self.results))

    @asynccontextmanager
    async def socket(
        self, endpoint: Endpoint, kind: str, resume_token: str | None = None
    ) -> AsyncIterator[ProbeCall]:
        """An open socket, hung up at the end; with `resume_token` in place of the endpoint's credential.

        Raises `VoiceAgentError`, and `CutShortError` when its time is up.
        """
        link = await open_link(endpoint, EventLog(self.redactor, clock=time.time), resume_token)
        loop = asyncio.get_running_loop()
        opened = loop.time()
        call = ProbeCall(link)
        try:
            async with asyncio.timeout(self.budget.allow(kind) - GOODBYE_S):
                yield call
        except TimeoutError:
            raise CutShortError("the time for this call was up") from None
        finally:
            await call.hang_up(GOODBYE_S)
            self.budget.spend(loop.time() - opened)
            self._remember(call)

    def _remember(self, call: ProbeCall) -> None:
        """Note the session of a call. The echo of the first update has its id, too, and comes earlier."""
        echoes = (event.config or {} for event in call.all(SessionUpdated))
        made = [ready.session_id for ready in call.all(SessionReady)] + [str(e.get("id", "")) for e in echoes]
        self.sessions += [id_ for id_ in dict.fromkeys(made) if id_ and id_ not in self.sessions]

    @asynccontextmanager
    async def session(self, endpoint: Endpoint, kind: str, patch: SessionPatch) -> AsyncIterator[ProbeCall]:
        """A socket whose session is ready. Raises as `socket` does."""
        async with self.socket(endpoint, kind) as call:
            await self.start(call, patch)
            yield call

    async def start(self, call: ProbeCall, patch: SessionPatch) -> SessionReady:
        """Configure a session and wait until it is ready. Raises `CutShortError`."""
        await call.send(SessionUpdate(session=patch))
        await call.until(lambda: bool(call.all(SessionReady) or call.errors()), READY_S)
        ready = next(iter(call.all(SessionReady)), None)
        if ready is None:
            errors = call.errors()
            said = f"{errors[0].code}: {errors[0].message}" if errors else "no session.ready came"
            raise CutShortError(f"no session, {said}")
        return ready


def told(problem: Exception) -> str:
    """Why something did not happen, with the reason in the small print where there is one."""
    code = problem.code if isinstance(problem, VoiceAgentError) else ""
    return f"{problem} ({code})" if code else str(problem)
