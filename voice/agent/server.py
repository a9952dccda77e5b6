"""The local agent as an ASGI application and as a server that announces itself.

Owns the wiring and the life of the process's server. Behaviour is in what it wires together.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from voice.agent.archive.api_problem import ApiProblem, answer_problem
from voice.agent.archive.routes import SessionRoutes
from voice.agent.archive.signing import Signer
from voice.agent.archive.store import Archive, Limits
from voice.agent.brain.base import Brain
from voice.agent.clock import Clock, SystemClock
from voice.agent.connection import Connection
from voice.agent.credentials import Doorkeeper, KeyRing
from voice.agent.models import Models
from voice.agent.quirks import Quirks
from voice.agent.registry import Registry
from voice.agent.routes import Routes
from voice.agent.tokens import TokenMint

WS_PATH: Final = "/v1/ws"
DEFAULT_MAX_SESSIONS: Final = 16
MAX_MESSAGE_BYTES: Final = 1_048_576  # ten seconds of audio; the service's limit is not known
# A browser or proxy may open a socket and say nothing: some room beside the sessions, but not without end.
_SPARE_CONNECTIONS: Final = 64
_GRACEFUL_SHUTDOWN_S: Final = 2


@dataclass(frozen=True)
class AgentOptions:
    """How one server behaves. Without `api_keys` any credential, or none, is accepted.

    `think_ahead` has the brain work at every pause, often in vain: not for one that costs money.
    """

    api_keys: tuple[str, ...] = ()
    quirks: Quirks = field(default_factory=Quirks)
    max_sessions: int = DEFAULT_MAX_SESSIONS
    think_ahead: bool = True
    clock: Clock = field(default_factory=SystemClock)
    kept: Limits = field(default_factory=Limits)


def build_app(models: Models, brain: Brain, options: AgentOptions) -> Starlette:
    """The application: `/v1/ws`, `/v1/token`, `/v1/sessions` with their files, and `/health`."""
    keys = KeyRing(options.api_keys)
    mint = TokenMint(options.clock, single_use=options.quirks.single_use_tokens)
    doorkeeper = Doorkeeper(keys, mint)
    archive = Archive(options.clock, options.kept, delay_s=options.quirks.artifacts_delay_s)
    registry = Registry(
        models=models,
        brain=brain,
        quirks=options.quirks,
        clock=options.clock,
        archive=archive,
        max_sessions=options.max_sessions,
        think_ahead=options.think_ahead,
    )
    routes = Routes(keys, mint, registry, models, archive)
    sessions = SessionRoutes(keys, doorkeeper, archive, Signer(), options.clock)

    connected: set[WebSocket] = set()

    async def serve(websocket: WebSocket) -> None:
        if len(connected) >= options.max_sessions + _SPARE_CONNECTIONS:
            await websocket.close()
            return
        connection = Connection(
            websocket,
            registry=registry,
            doorkeeper=doorkeeper,
            quirks=options.quirks,
            clock=options.clock,
        )
        connected.add(websocket)
        try:
            await connection.run()
        finally:
            connected.discard(websocket)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        archive.start()
        sweeping = asyncio.create_task(registry.keep_sweeping())
        try:
            yield
        finally:
            sweeping.cancel()
            registry.close()
            await archive.close()
            await models.settle()

    return Starlette(
        routes=[
            WebSocketRoute(WS_PATH, serve),
            Route("/v1/token", routes.token),
            Route("/health", routes.health),
            *sessions.routes(),
        ],
        exception_handlers={ApiProblem: answer_problem, HTTPException: answer_problem},
        lifespan=lifespan,
    )


class AgentServer(uvicorn.Server):
    """Serves one application on one bound socket and says when it listens."""

    def __init__(self, app: ASGIApp, on_listening: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                ws="websockets-sansio",
                ws_max_size=MAX_MESSAGE_BYTES,
                # 48 kB/s over loopback: compression would cost more time than it saves.
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=_GRACEFUL_SHUTDOWN_S,
                # uvicorn logs the query at INFO, which holds `?token=`.
                access_log=False,
                log_level="warning",
                log_config=None,
            )
        )
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept, then announce it."""
        await super().startup(sockets)
        self._on_listening()

    def stop_soon(self) -> None:
        """Stop as on a signal; may be called from any thread."""
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop on a signal and exit with code 0: uvicorn would raise the signal again after stopping."""
        self.stop_soon()


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    # Accepted sockets inherit it. asyncio sets it only on sockets that name their protocol, which this one
    # doesn't: the second of two messages waited 40 ms for the acknowledgment of the first.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def ws_url(listening: socket.socket) -> str:
    """The WebSocket address of a bound socket."""
    host, port = listening.getsockname()[:2]
    return f"ws://{f'[{host}]' if ':' in host else host}:{port}{WS_PATH}"
