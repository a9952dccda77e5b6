"""Where the recordings lie, and taking them away. What is in them belongs to whoever records and plays."""

import re
import secrets
from hashlib import blake2b
from pathlib import Path

SUFFIX = ".ogg"
# An id becomes part of a path, and one may come from a link or from an imported file.
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def new_call_id() -> str:
    """An id that nobody can guess, and that is safe in addresses and file names."""
    return secrets.token_hex(12)


def imported_call_id(owner: str, call_id: str) -> str:
    """The id of this owner's copy of a call whose own id somebody else has: always the same one."""
    named = f"{len(owner)} {owner} {call_id}".encode(errors="replace")
    return blake2b(named, digest_size=12).hexdigest()


def is_call_id(text: str) -> bool:
    """Whether this can be the id of a call."""
    return _ID.fullmatch(text) is not None


def recordings_folder(data_dir: Path) -> Path:
    """The folder of all recordings."""
    return data_dir / "recordings"


def recording_path(data_dir: Path, call_id: str) -> Path:
    """Where the recording of a call lies, if it has one. Raises `ValueError` for what is no id."""
    if not is_call_id(call_id):
        raise ValueError("that is no id of a call")
    return recordings_folder(data_dir) / f"{call_id}{SUFFIX}"


def service_recording_path(data_dir: Path, call_id: str, number: int) -> Path:
    """Where the agent's own recording of a call's `number`-th session lies, if it was brought in."""
    path = recording_path(data_dir, call_id)
    return path.with_name(f"{call_id}.service-{number}{SUFFIX}")


def remove_recording(data_dir: Path, call_id: str) -> None:
    """Take the recording away, and what was worked out from it and lies beside it. Raises `OSError`."""
    path = recording_path(data_dir, call_id)
    for file in path.parent.glob(f"{call_id}.*"):
        file.unlink(missing_ok=True)
