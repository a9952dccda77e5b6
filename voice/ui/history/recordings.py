"""Serves recordings and their waveforms to the pages that show their calls.

The address holds a ticket for one recording. Where people log in, it opens nothing for anybody but its owner.
"""

from pathlib import Path

import anyio
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response

from voice.history.peaks import Peaks
from voice.history.records import HistoryProblem
from voice.history.waveforms import Waveforms
from voice.ui.history.tickets import Tickets
from voice.ui.whose import is_asked_by

RECORDING_PATH = "/recording/{ticket}"
WAVEFORM_PATH = "/recording/{ticket}/waveform"
# As many parts as the widest page has room for.
BUCKETS = 600
# Nothing between here and the browser may keep it, and nothing may take it for a page.
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOT_YET = 202

# With whose it is.
tickets: Tickets[tuple[str, Path]] = Tickets()
waveforms = Waveforms(BUCKETS)


def recording_address(owner: str, path: Path) -> str:
    """Where the page of `owner` gets this recording. It must be of one of the owner's calls."""
    return RECORDING_PATH.format(ticket=tickets.give((owner, path), (owner, path)))


def waveform_data(peaks: Peaks) -> dict[str, object]:
    """What `history_timeline.js` draws: both speakers' loudness, of the first `recorded` seconds."""
    return {"peaks": [peaks.left, peaks.right], "recorded": peaks.seconds}


async def serve_recording(request: Request) -> Response:
    """Serve the recording of a ticket, whole or in ranges; 404 for everything else."""
    path = await _recording_of(request)
    return _none() if path is None else FileResponse(path, media_type="audio/ogg", headers=HEADERS)


async def serve_waveform(request: Request) -> Response:
    """Serve the waveform of a ticket's recording, or a sentence for a person; 202 while it is worked out."""
    path = await _recording_of(request)
    if path is None:
        return _none()
    found = await anyio.to_thread.run_sync(waveforms.ask, path)
    if found is None:
        return Response(status_code=_NOT_YET, headers=HEADERS)
    data = {"problem": str(found)} if isinstance(found, HistoryProblem) else waveform_data(found)
    return JSONResponse(data, headers=HEADERS)


async def _recording_of(request: Request) -> Path | None:
    found = tickets.find(request.path_params["ticket"])
    if found is None:
        return None
    owner, path = found
    return path if is_asked_by(owner, request.cookies) and await anyio.Path(path).is_file() else None


def _none() -> Response:
    return PlainTextResponse("There is no such recording.", status_code=404, headers=HEADERS)
