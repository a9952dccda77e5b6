"""The socket on which the local agent listens."""

import socket

from voice.agent.server import bind


def test_what_it_sends_never_waits_for_an_acknowledgment() -> None:
    with (
        bind("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
