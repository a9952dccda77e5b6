"""Stands between a client and the local agent, and lets a test change what either hears of the other.

An ASGI application around the agent's own: each WebSocket is a `Wire`, and a `Switch` says what becomes of
its messages and of the answers to HTTP requests.
"""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Event = dict[str, Any]


class Wire:
    """One WebSocket. `asked` holds the client's events so far, `told` those that went to the client."""

    def __init__(self, scope: Scope, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.bearer = headers.get("authorization", "").removeprefix("Bearer ")
        self.has_token = "token" in parse_qs(scope["query_string"].decode())
        self.asked: list[Event] = []
        self.told: list[Event] = []
        self._send = send
        self._late: set[asyncio.Task[None]] = set()

    async def tell(self, event: Event) -> None:
        """Send an event to the client, whatever the switch says."""
        self.told.append(event)
        await self._send({"type": "websocket.send", "text": json.dumps(event)})

    def tell_later(self, event: Event, delay_s: float) -> None:
        """The same after a while, if the client is still there."""

        async def tell() -> None:
            await asyncio.sleep(delay_s)
            await self.tell(event)

        task = asyncio.create_task(tell())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def forget_late(self) -> None:
        """The client is gone."""
        for task in self._late:
            task.cancel()

    async def close(self, code: int) -> None:
        """Close the socket towards the client."""
        await self._send({"type": "websocket.close", "code": code})


class Switch:
    """Changes nothing; tests override what they need. One object for one server."""

    async def to_client(self, event: Event, wire: Wire) -> None:
        """An event of the agent; the client gets what is told to `wire`."""
        await wire.tell(event)

    def to_agent(self, event: Event, wire: Wire) -> Event | None:
        """An event of the client; the agent gets what is returned, or nothing."""
        return event

    def closing(self, code: int) -> int:
        """The agent closes the socket with `code`; the client gets what is returned."""
        return code

    def answer(self, method: str, path: str, status: int, body: Any) -> tuple[int, Any]:
        """The status and JSON of an answer over HTTP."""
        return status, body


class Rewriting:
    """The application."""

    def __init__(self, app: ASGIApp, switch: Switch) -> None:
        self._app = app
        self._switch = switch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        wire = Wire(scope, send)

        async def rewritten() -> Message:
            while True:
                message = await receive()
                if message["type"] != "websocket.receive" or not message.get("text"):
                    return message
                event = json.loads(message["text"])
                changed = self._switch.to_agent(event, wire)
                wire.asked.append(event)
                if changed is not None:
                    return {**message, "text": json.dumps(changed)}

        async def rewrite(message: Message) -> None:
            if message["type"] == "websocket.send":
                await self._switch.to_client(json.loads(message["text"]), wire)
            elif message["type"] == "websocket.close":
                await send({**message, "code": self._switch.closing(message.get("code", 1000))})
            else:
                await send(message)

        try:
            await self._app(scope, rewritten, rewrite)
        finally:
            wire.forget_late()

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        body = b""

        async def rewrite(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                await self._answer(scope, start, body, send)

        await self._app(scope, receive, rewrite)

    async def _answer(self, scope: Scope, start: Message, body: bytes, send: Send) -> None:
        status, changed = start["status"], json.loads(body) if body else None
        status, changed = self._switch.answer(scope["method"], scope["path"], status, changed)
        sent = b"" if changed is None else json.dumps(changed).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(sent)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": sent})
