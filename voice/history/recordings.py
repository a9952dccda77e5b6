"""Where recordings lie. Knows no database and opens nothing."""

from pathlib import Path

SUFFIX = ".ogg"


def recordings_folder(data_dir: Path) -> Path:
    """The folder of all recordings."""
    return data_dir / "recordings"


def recording_path(data_dir: Path, call_id: str) -> Path:
    """The file of one call's recording, which may not be there.

    Raises:
        ValueError: `call_id` is none of ours, and might name a file elsewhere.
    """
    if not call_id or not call_id.replace("-", "").replace("_", "").isalnum() or not call_id.isascii():
        raise ValueError("Not the id of a call.")
    return recordings_folder(data_dir) / f"{call_id}{SUFFIX}"
