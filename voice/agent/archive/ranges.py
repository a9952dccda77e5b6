"""A file in memory as a response, whole or a part of it.

Owns the reading of the Range header. It hands a file over piece by piece, so that a slow reader costs little.
"""

import re
from collections.abc import AsyncIterator
from typing import Final

from starlette.responses import Response, StreamingResponse

_PIECE_BYTES: Final = 65_536
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


class Unsatisfiable(Exception):
    """The range lies behind the end."""


def part_of(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one behind the last that a Range header wants; None for all.

    Several ranges, other units and what can't be read count as none, as the standard allows.
    Raises `Unsatisfiable`.
    """
    wanted = _RANGE.fullmatch(header.strip()) if header else None
    if wanted is None or wanted.group(1) == wanted.group(2) == "":
        return None
    first, last = wanted.groups()
    if not first:
        begin, end = max(0, size - int(last)), size
    else:
        begin, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < begin:
            return None
    if begin >= size:
        raise Unsatisfiable
    return begin, end


def file_response(content: memoryview, content_type: str, wanted: str | None) -> Response:
    """The whole file (200), the part that the Range header `wanted` names (206), or 416."""
    headers = {
        "accept-ranges": "bytes",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    try:
        part = part_of(wanted, len(content))
    except Unsatisfiable:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{len(content)}"})
    begin, end = part or (0, len(content))
    headers["content-length"] = str(end - begin)
    if part is not None:
        headers["content-range"] = f"bytes {begin}-{end - 1}/{len(content)}"
    return StreamingResponse(
        _pieces(content[begin:end]),
        status_code=200 if part is None else 206,
        headers=headers,
        media_type=content_type,
    )


async def _pieces(content: memoryview) -> AsyncIterator[bytes]:
    for begin in range(0, len(content), _PIECE_BYTES):
        yield bytes(content[begin : begin + _PIECE_BYTES])
