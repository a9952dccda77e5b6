"""A TURN server on loopback that gives a relay address to one user, and refuses everybody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from aioice import stun
from aioice.turn import make_integrity_key

USERNAME, CREDENTIAL, REALM = "parley", "canary-turn-secret", "test"


class FakeTurn(asyncio.DatagramProtocol):
    """`allocations` counts the relay addresses that are given out now; `silent` answers nothing."""

    def __init__(self, *, silent: bool = False) -> None:
        self.silent = silent
        self.allocations = 0
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self.silent:
            return
        request = stun.parse_message(data)
        self.transport.sendto(bytes(self._answer(request, addr)), addr)

    def _answer(self, request: stun.Message, addr: tuple[str, int]) -> stun.Message:
        key = make_integrity_key(USERNAME, REALM, CREDENTIAL)
        known = "MESSAGE-INTEGRITY" in request.attributes and request.check_message_integrity(key)
        kind = stun.Class.RESPONSE if known else stun.Class.ERROR
        answer = stun.Message(request.message_method, kind, transaction_id=request.transaction_id)
        if not known:
            answer.attributes["ERROR-CODE"] = (401, "Unauthorized")
            if "MESSAGE-INTEGRITY" not in request.attributes:
                answer.attributes["NONCE"] = b"once"
                answer.attributes["REALM"] = REALM
            return answer
        answer.attributes["LIFETIME"] = request.attributes.get("LIFETIME", 600)
        if request.message_method == stun.Method.ALLOCATE:
            self.allocations += 1
            answer.attributes["XOR-MAPPED-ADDRESS"] = addr
            answer.attributes["XOR-RELAYED-ADDRESS"] = ("127.0.0.1", 50_000)
        else:
            self.allocations -= 1
        answer.add_message_integrity(key)
        return answer


@asynccontextmanager
async def fake_turn(*, silent: bool = False) -> AsyncIterator[FakeTurn]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: FakeTurn(silent=silent), local_addr=("127.0.0.1", 0)
    )
    try:
        yield server
    finally:
        transport.close()
