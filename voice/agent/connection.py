"""One WebSocket: who is at the other end, its first message, and its messages to its session.

Owns the socket and its closing codes. What a session does with a message is the session's business.
"""

import asyncio
import contextlib
import logging
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from voice.agent.client_messages import read_message
from voice.agent.clock import Clock
from voice.agent.credentials import Doorkeeper, bare_credential
from voice.agent.outbox import Outbox
from voice.agent.quirks import Quirks
from voice.agent.registry import AtCapacity, Registry
from voice.agent.session import Session
from voice.agent.tokens import Grant
from voice.agent.validation import Refusal, refusal_of_first
from voice.protocol.client_events import AnyClientEvent, SessionEnd, SessionResume, SessionUpdate
from voice.protocol.config import SessionPatch
from voice.protocol.server_events import SessionEnded, SessionError

log = logging.getLogger(__name__)

NORMAL: Final = 1000
POLICY: Final = 1008
_FLUSH_TIMEOUT_S: Final = 2.0  # a client that takes no goodbye in this time is gone

_UNAUTHORIZED = Refusal("unauthorized", "Authentication failed", fatal=True)
_FOREIGN_PAGE = Refusal("forbidden", "Web pages of other sites may not open sessions here", fatal=True)
_NOT_FIRST = Refusal("invalid_format", "The first message must be session.update or session.resume")
_ONLY_FIRST = Refusal("invalid_format", "session.resume can only be the first message of a connection")
_NOT_FOUND = Refusal("session_not_found", "Session not found or no longer resumable", fatal=True)
_FORBIDDEN = Refusal("session_forbidden", "This session belongs to another credential", fatal=True)
_ONLY_RESUME = Refusal("forbidden", "A resume token only resumes its own session", fatal=True)


class Connection:
    """Serves one socket until it closes."""

    def __init__(
        self,
        socket: WebSocket,
        *,
        registry: Registry,
        doorkeeper: Doorkeeper,
        quirks: Quirks,
        clock: Clock,
    ) -> None:
        self._socket = socket
        self._registry = registry
        self._doorkeeper = doorkeeper
        self._outbox = Outbox(clock)
        self._closing: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._grant: Grant | None = None
        self._resumable: Session | None = None  # the only session that a resume token opens
        self._session: Session | None = None

    async def run(self) -> None:
        """Accept, always, so that even a browser gets to read a refusal; then serve."""
        await self._socket.accept()
        reading = asyncio.create_task(self._read())
        writing = asyncio.create_task(self._write())
        overflow = asyncio.create_task(self._outbox.overflowed.wait())
        tasks = (reading, writing, overflow)
        try:
            await asyncio.wait((*tasks, self._closing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            self._let_go()
        if self._outbox.overflowed.is_set():
            log.warning("a client read too slowly and was hung up")
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
                log.error("a connection failed", exc_info=result)
        await self._say_goodbye()

    def _let_go(self) -> None:
        if self._session is not None and self._session.is_connected_to(self._outbox):
            self._session.drop()

    async def _say_goodbye(self) -> None:
        code = self._closing.result() if self._closing.done() else POLICY
        # The client may be gone already, in any of the ways that a socket has.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
            async with asyncio.timeout(_FLUSH_TIMEOUT_S):
                for text in self._outbox.drain():
                    await self._socket.send_text(text)
                await self._socket.close(code)

    async def _write(self) -> None:
        while True:
            await self._socket.send_text(await self._outbox.next_text())

    async def _read(self) -> None:
        refusal = self._admit()
        if refusal is not None:
            self._refuse(refusal)
            return
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            self._take(text if text is not None else message.get("bytes") or b"")

    def _admit(self) -> Refusal | None:
        headers, token = self._socket.headers, self._socket.query_params.get("token")
        if not self._doorkeeper.welcomes_page(headers.get("origin")):
            return _FOREIGN_PAGE
        authorization = headers.get("authorization")
        self._resumable = self._registry.of_resume_token(bare_credential(authorization or token or ""))
        if self._resumable is not None:
            self._grant = Grant(self._resumable.account)
        else:
            self._grant = self._doorkeeper.admit(authorization, token)
        return None if self._grant else _UNAUTHORIZED

    @property
    def _may_record(self) -> bool:
        """A switch of the local agent's own in the address: `record=false` keeps no sound."""
        return self._socket.query_params.get("record", "").lower() != "false"

    def _take(self, message: str | bytes) -> None:
        event = read_message(message, first=self._session is None)
        if isinstance(event, Refusal):
            self._refuse(event)
        elif self._session is None:
            self._take_first(event)
        elif isinstance(event, SessionEnd):
            self._registry.forget(self._session)
            self._session.end()
        elif isinstance(event, SessionResume):
            self._refuse(_ONLY_FIRST)
        else:
            self._session.handle(event)

    def _take_first(self, event: AnyClientEvent) -> None:
        match event:
            case SessionUpdate():
                self._refuse_or_open(event.session)
            case SessionResume():
                self._resume(event.session_id)
            case SessionEnd():
                self._outbox.send(SessionEnded(session_duration_seconds=0.0))
                self._hang_up(NORMAL)
            case _:
                self._refuse(_NOT_FIRST)

    def _refuse_or_open(self, patch: SessionPatch) -> None:
        refusal = _ONLY_RESUME if self._resumable else refusal_of_first(patch)
        if refusal is not None or self._grant is None:
            self._refuse(refusal or _UNAUTHORIZED)
            return
        try:
            self._session = self._registry.create(patch, self._grant, record=self._may_record)
        except AtCapacity:
            words = f"All {self._registry.max_sessions} sessions of the local agent are in use; end one first"
            self._refuse(Refusal("at_capacity", words, fatal=True))
            return
        self._session.open(self._outbox, self._hang_up)

    def _resume(self, session_id: str) -> None:
        session = self._registry.find(session_id)
        if session is None:
            self._refuse(_NOT_FOUND)
            return
        account = self._grant.account if self._grant else None
        if session.account != account or self._resumable not in (None, session):
            self._refuse(_FORBIDDEN)
            return
        self._session = session
        session.resume(self._outbox, self._hang_up)

    def _refuse(self, refusal: Refusal) -> None:
        if self._session is not None:
            self._session.refuse(refusal)
        else:
            log.info("refused a message: %s %s", refusal.code, refusal.param or "")
            self._outbox.send(SessionError(code=refusal.code, message=refusal.message, param=refusal.param))
        if refusal.fatal:
            self._hang_up(POLICY)

    def _hang_up(self, code: int) -> None:
        if not self._closing.done():
            self._closing.set_result(code)
