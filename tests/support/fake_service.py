"""An agent's service that keeps sessions, as a transport: it remembers what it was asked, and by whom.

Everything it says is held against the schemas in `tests/data/service/`.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import httpx
import msgspec

from tests.support.service_shapes import assert_fits
from voice.call.endpoint import Endpoint
from voice.protocol.stored_sessions import (
    COMPLETED,
    LIVE,
    Artifact,
    FullSession,
    StoredSession,
    Timeline,
    TimelineEnd,
    TimelineTurn,
)

KEY = "canary-key-0123456789"
SERVICE_URL = "wss://agents.assemblyai.com/v1/ws"
API = "https://agents.assemblyai.com/v1/sessions"
EU_API = "https://agents.eu.assemblyai.com/v1/sessions"
US_API = "https://agents.us.assemblyai.com/v1/sessions"
PLACES = (API, EU_API, US_API)
FILES = "https://files.example/signed-canary"
# A whole list, and the beginning of one, as they are asked for.
LIST = "?limit=200"
PEEK = "?limit=1"
STARTED_MS = 1_789_575_865_266

_CREATED = "2026-09-16T16:24:25.266000Z"
_ENDED = "2026-09-16T16:24:37.266000Z"

Answer = Callable[[httpx.Request], httpx.Response]


def a_service_turn(**fields: Any) -> TimelineTurn:
    """A turn of a timeline."""
    return TimelineTurn(**{"turn_id": "t1", "status": "completed", "trigger": "greeting"} | fields)


def a_timeline(session_id: str = "sess_1", *turns: TimelineTurn) -> Timeline:
    """A short session's."""
    hello = a_service_turn(
        agent_text="Hello.",
        agent_reply_started_at_ms=STARTED_MS + 374,
        agent_reply_ended_at_ms=STARTED_MS + 2_707,
    )
    return Timeline(
        session_id=session_id,
        started_at_unix_ms=STARTED_MS,
        turns=list(turns) or [hello],
        ended=TimelineEnd("user_initiated", "client_end", 12.0),
    )


class FakeService:
    """Sessions by their ids. `ready` False: a session is over and its files are not written yet.

    They live in one region, which the usual host belongs to, too; the other region doesn't know them. A
    deleted session is not listed any more and still answered by its id, as a soft deletion may be. `answers`
    takes the place of what it would say, by `METHOD address`.
    """

    def __init__(self, sound: bytes = b"OggS and so on", *ids: str) -> None:
        self.sound: bytes | None = sound
        self.timelines = {id_: a_timeline(id_) for id_ in ids or ("sess_1",)}
        self.deleted: dict[str, Timeline] = {}
        self.usual_region = self.region = "eu"
        self.page_size = 200
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
            return self._list(request)
        known = self._here(request) and (id_ in self.timelines or id_ in self.deleted)
        if not known or (request.method == "DELETE" and id_ in self.deleted):
            return httpx.Response(404, json={"code": "not_found", "message": "Session not found"})
        if request.method == "DELETE":
            self.deleted[id_] = self.timelines.pop(id_)
            return httpx.Response(204)
        return _fitting("session", self._told(id_))

    def _here(self, request: httpx.Request) -> bool:
        """Whether the host that is asked belongs to the region of the sessions."""
        _, region, *_ = request.url.host.split(".")
        return (region if region in ("eu", "us") else self.usual_region) == self.region

    def _list(self, request: httpx.Request) -> httpx.Response:
        ids = list(self.timelines) if self._here(request) else []
        begin = int(request.url.params.get("cursor") or 0)
        end = begin + min(int(request.url.params["limit"]), self.page_size)
        fields = StoredSession.__struct_fields__
        told = [msgspec.to_builtins(self._told(id_)) for id_ in ids[begin:end]]
        cursor = str(end) if end < len(ids) else ""
        page = {
            "sessions": [{name: session[name] for name in fields} for session in told],
            "has_more": bool(cursor),
            "response_metadata": {"next_cursor": cursor},
        }
        return _fitting("session_list", page)

    def _told(self, id_: str) -> FullSession:
        if self.live:
            return FullSession(id=id_, status=LIVE, created_at=_CREATED)
        kinds = {"timeline": "application/json", **({} if self.sound is None else {"audio": "audio/ogg"})}
        files = [Artifact(kind, f"{FILES}/{id_}/{kind}", content) for kind, content in kinds.items()]
        return FullSession(
            id=id_,
            status=COMPLETED,
            public_close_reason="client_end",
            duration_seconds=12.0,
            created_at=_CREATED,
            ended_at=_ENDED,
            artifacts=files if self.ready else [],
        )

    def _file(self, place: str) -> httpx.Response:
        id_, _, kind = place.partition("/")
        if kind == "audio":
            return httpx.Response(200, content=self.sound or b"")
        return _fitting("timeline", _without_empty_lists(msgspec.to_builtins(self.timelines[id_])))


def _fitting(schema: str, answer: Any) -> httpx.Response:
    """An answer, once it fits what the service was seen to send."""
    plain = msgspec.to_builtins(answer)
    assert_fits(plain, schema)
    return httpx.Response(200, content=msgspec.json.encode(plain))


def _without_empty_lists(plain: Any) -> Any:
    if isinstance(plain, dict):
        return {name: _without_empty_lists(value) for name, value in plain.items() if value != []}
    return [_without_empty_lists(value) for value in plain] if isinstance(plain, list) else plain
