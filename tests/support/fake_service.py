"""An agent's service that keeps sessions, as a transport: it remembers what it was asked, and by whom."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

import httpx
import msgspec

from voice.call.endpoint import Endpoint
from voice.protocol.stored_sessions import (
    COMPLETED,
    LIVE,
    Artifact,
    FullSession,
    SessionPage,
    Timeline,
    TimelineEnd,
    TimelineTurn,
)

KEY = "canary-key-0123456789"
SERVICE_URL = "wss://agents.assemblyai.com/v1/ws"
API = "https://agents.assemblyai.com/v1/sessions"
FILES = "https://files.example/signed-canary"

Answer = Callable[[httpx.Request], httpx.Response]


def a_timeline(session_id: str = "sess_1", *turns: TimelineTurn) -> Timeline:
    """A short session's."""
    return Timeline(
        session_id=session_id,
        started_at_unix_ms=1_700_000_000_000,
        turns=list(turns) or [TimelineTurn(turn_id="t1", status="completed", agent_text="Hello.")],
        ended=TimelineEnd("user_initiated", "client_end", 12.0),
    )


class FakeService:
    """Sessions by their ids. `ready` False: a session is over and its files are not written yet.

    `answers` takes the place of what it would say, by `METHOD address`.
    """

    def __init__(self, sound: bytes = b"OggS and so on", *ids: str) -> None:
        self.sound: bytes | None = sound
        self.timelines = {id_: a_timeline(id_) for id_ in ids or ("sess_1",)}
        self.ready = True
        self.live = False
        self.answers: dict[str, Answer] = {}
        self.asked: list[httpx.Request] = []
        # Whoever holds it has the service wait.
        self.held = threading.RLock()

    @property
    def transport(self) -> httpx.MockTransport:
        """What stands in for the network."""
        return httpx.MockTransport(self.answer)

    def find(self) -> Future[Endpoint]:
        """What the switchboard would say."""
        found: Future[Endpoint] = Future()
        found.set_result(Endpoint(SERVICE_URL, SERVICE_URL, key=KEY))
        return found

    def said(self) -> list[str]:
        """What it was asked, in order."""
        return [f"{request.method} {request.url}" for request in self.asked]

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as the service does."""
        with self.held:
            self.asked.append(request)
            address = str(request.url)
            special = self.answers.get(f"{request.method} {address}")
            if special is not None:
                return special(request)
            if address.startswith(FILES):
                return self._file(address.removeprefix(f"{FILES}/"))
            return self._session(request)

    def _session(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return httpx.Response(401, json={"code": "unauthorized"})
        id_ = request.url.path.removeprefix("/v1/sessions").strip("/")
        if not id_:
            return httpx.Response(200, content=msgspec.json.encode(SessionPage()))
        if id_ not in self.timelines:
            return httpx.Response(404, json={"code": "not_found", "message": "Session not found"})
        if request.method == "DELETE":
            del self.timelines[id_]
            return httpx.Response(204)
        return httpx.Response(200, content=msgspec.json.encode(self._told(id_)))

    def _told(self, id_: str) -> FullSession:
        if self.live:
            return FullSession(id=id_, status=LIVE)
        kinds = ["timeline", *(["audio"] if self.sound is not None else [])]
        files = [Artifact(kind, f"{FILES}/{id_}/{kind}") for kind in kinds] if self.ready else []
        return FullSession(id=id_, status=COMPLETED, public_close_reason="client_end", artifacts=files)

    def _file(self, place: str) -> httpx.Response:
        id_, _, kind = place.partition("/")
        if kind == "audio":
            return httpx.Response(200, content=self.sound or b"")
        return httpx.Response(200, content=msgspec.json.encode(self.timelines[id_]))
