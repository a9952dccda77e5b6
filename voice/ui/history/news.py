"""What changes on a page while it is looked at, without a script run: the page asks about once a second and
is told only what is new.

Owns the route and who may ask. What is told is up to whoever gives out the address.
"""

import functools
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple

import anyio
import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from voice.history.records import HistoryProblem
from voice.ui.history.recordings import HEADERS
from voice.ui.history.tickets import Tickets
from voice.ui.whose import is_asked_by

NEWS_PATH = "/news/{ticket}"
# So many answers are worked out at once, of all pages: they share the interpreter with the sound of calls.
_MAX_AT_ONCE = 2
_SAME, _GONE, _LATER = 304, 404, 503


class News(NamedTuple):
    """What there is, and a stamp for it; `data` is None where the page has it already."""

    stamp: str
    data: Mapping[str, Any] | None


# Given the stamp that the page has; None when what it asks about is there no more. Blocks, on any thread.
Ask = Callable[[str], News | None]

# With whose page it is for.
tickets: Tickets[tuple[str, Ask]] = Tickets()


def news_address(owner: str, key: Hashable, ask: Ask) -> str:
    """Where a page of this owner's asks for news. `key` names what it is about."""
    return NEWS_PATH.format(ticket=tickets.give((owner, key), (owner, ask)))


async def serve_news(request: Request) -> Response:
    """Tell what is new, 304 for nothing, 404 when it is gone, 503 when the history can't be read now."""
    found = tickets.find(request.path_params["ticket"])
    if found is None or not is_asked_by(found[0], request.cookies):
        return _refused(_GONE)
    _, ask = found
    seen = request.headers.get("if-none-match", "").strip('"')
    return await anyio.to_thread.run_sync(functools.partial(_answer, ask, seen), limiter=_limiter())


@functools.cache
def _limiter() -> anyio.CapacityLimiter:
    # Made on the loop on which it is used.
    return anyio.CapacityLimiter(_MAX_AT_ONCE)


def _answer(ask: Ask, seen: str) -> Response:
    try:
        news = ask(seen)
    except HistoryProblem:
        return _refused(_LATER)
    if news is None:
        return _refused(_GONE)
    headers = {**HEADERS, "ETag": f'"{news.stamp}"'}
    if news.data is None:
        return Response(status_code=_SAME, headers=headers)
    return Response(msgspec.json.encode(news.data), media_type="application/json", headers=headers)


def _refused(status: int) -> Response:
    return PlainTextResponse("There is no news of this.", status_code=status, headers=HEADERS)
