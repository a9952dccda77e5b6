"""The files of a session on their way in: fetched, looked at, and only then given on."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import av
from av.error import FFmpegError

from voice.call.redaction import Redactor
from voice.protocol.stored_sessions import Timeline, decoded
from voice.service.problems import ServiceProblem
from voice.service.sessions_api import SessionsApi, Tell

MAX_AUDIO_BYTES = 200_000_000
MAX_TIMELINE_BYTES = 10_000_000
# An hour has some hundred.
MAX_TIMELINE_TURNS = 20_000
_PART = ".part"
_OGG_BEGINNING = b"OggS"
_FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})


def fetch_timeline(api: SessionsApi, address: str, redactor: Redactor, tell: Tell) -> Timeline:
    """The session turn by turn, without secrets. Raises `ServiceProblem`, and `Stopped`."""
    content = BytesIO()
    api.fetch(address, content, MAX_TIMELINE_BYTES, tell)
    try:
        timeline = decoded(content.getvalue(), Timeline, redactor.value)
    except ValueError:
        raise _damaged("timeline") from None
    if len(timeline.turns) > MAX_TIMELINE_TURNS:
        raise _damaged("timeline")
    return timeline


@contextmanager
def fetched_sound(api: SessionsApi, address: str, path: Path, tell: Tell) -> Iterator[Path]:
    """The recording in a file of another name beside `path`, gone afterwards unless it was moved.

    Raises `ServiceProblem`, also for what is no recording and for a full disk, `Stopped`, and
    `FileNotFoundError` when somebody takes it away meanwhile.
    """
    part = path.with_suffix(_PART)
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as out:
                api.fetch(address, out, MAX_AUDIO_BYTES, tell)
        except OSError as error:
            raise _not_written(error) from None
        _check_sound(part)
        yield part
    finally:
        part.unlink(missing_ok=True)


def _check_sound(path: Path) -> None:
    """A file that only says that it is Ogg must not be given to a decoder of another kind."""
    with path.open("rb") as file:
        if file.read(len(_OGG_BEGINNING)) != _OGG_BEGINNING:
            raise _damaged("recording")
    try:
        with av.open(str(path), format="ogg") as file:
            next(file.decode(audio=0))
    except (FFmpegError, StopIteration, IndexError, ValueError):
        raise _damaged("recording") from None


def _damaged(what: str) -> ServiceProblem:
    return ServiceProblem(
        "damaged", f"The {what} arrived damaged and was not kept.", "Import it again in a few minutes."
    )


def _not_written(error: OSError) -> ServiceProblem:
    if error.errno in _FULL_DISK:
        return ServiceProblem(
            "disk", "The disk of the recordings is full.", "Free some space on it, then import it again."
        )
    return ServiceProblem(
        "disk",
        f"The recording can't be written: {error.strerror}.",
        "Give Parley the right to write in VOICE_DATA_DIR.",
    )
