"""STUN and TURN servers as either end of the media takes them. Credentials go to the server's end only: its
own relay candidate is enough for both.
"""

from collections.abc import Sequence

from voice.settings_values import IceServer


def for_browser(servers: Sequence[IceServer]) -> list[dict[str, object]]:
    """Those without a credential, as `RTCIceServer` dictionaries."""
    return [{"urls": server.urls} for server in servers if server.credential is None]


def for_server(servers: Sequence[IceServer]) -> list[dict[str, object]]:
    """All of them, as `RTCIceServer` dictionaries. Never log or send these."""
    return [
        {"urls": server.urls, "username": server.username, "credential": server.credential.get_secret_value()}
        if server.credential is not None
        else {"urls": server.urls}
        for server in servers
    ]
