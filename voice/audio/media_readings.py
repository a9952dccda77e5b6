"""What either end of the browser's audio says about the network between them. Pure data and its bounds.

Counts run from the start of the call, so that two readings tell what happened in between.
"""

from typing import Annotated, Literal

import msgspec

_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_Ms = Annotated[float, msgspec.Meta(ge=0, le=3_600_000)]
Candidate = Literal["host", "srflx", "prflx", "relay"]


class BrowserMedia(msgspec.Struct, frozen=True, kw_only=True):
    """What the page found out of its peer connection; a page is not trusted, so all of it is bounded.

    Everything is None where the page could not look. `concealed` of `samples` were made up because their
    sound was not there in time. `jitter_buffer_ms`: how long sound waited in the browser, lately.
    """

    round_trip_ms: _Ms | None = None
    jitter_ms: _Ms | None = None
    jitter_buffer_ms: _Ms | None = None
    received: _Count | None = None
    lost: _Count | None = None
    samples: _Count | None = None
    concealed: _Count | None = None
    local: Candidate | None = None
    remote: Candidate | None = None


class ServerMedia(msgspec.Struct, frozen=True, kw_only=True):
    """What the server's own end counted of the microphone's stream, and the round trip of its reports."""

    round_trip_ms: float | None = None
    jitter_ms: float | None = None
    received: int = 0
    lost: int = 0
    late: int = 0
    concealed_ms: int = 0


class Reading(msgspec.Struct, frozen=True):
    """Both ends at one moment."""

    browser: BrowserMedia = BrowserMedia()
    server: ServerMedia = ServerMedia()
