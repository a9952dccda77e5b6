"""Taking calls along: one as a file, several as a zip. The file is made when it is asked for, not before."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO, cast

import streamlit as st

from voice.history.export import FORMATS, Format, export, file_name_of, write_zip
from voice.history.records import CallRecord, FullCall, HistoryProblem
from voice.history.store import Store
from voice.ui.history.when import reader_zone

_ZIP_NAME = "parley-calls.zip"
_IN_MEMORY_BYTES = 16_000_000


def draw_export(store: Store, owner: str, calls: Sequence[CallRecord]) -> None:
    """Draw the choice of a format, and the button that makes the file."""
    exporting = st.popover("Export", icon=":material/download:", key="history_export", on_change="rerun")
    if not exporting.open:
        return
    sound = any(call.has_recording for call in calls)
    offered = [key for key, format_ in FORMATS.items() if sound or not format_.needs_sound]
    with exporting:
        key = st.selectbox("Format", offered, format_func=lambda key: FORMATS[key].label)
        chosen = FORMATS[key]
        make, name, mime = _file(store, owner, calls, chosen, reader_zone())
        st.download_button(
            "Download" if len(calls) == 1 else f"Download {len(calls)} calls",
            make,
            name,
            mime,
            icon=":material/download:",
            type="primary",
            on_click="ignore",
        )


def _file(
    store: Store, owner: str, calls: Sequence[CallRecord], format_: Format, zone: tzinfo
) -> tuple[Callable[[], bytes | BinaryIO], str, str]:
    """Who makes the file, its name and its media type."""
    ids = [call.id for call in calls]
    if len(ids) > 1:
        return lambda: _zipped(store, owner, ids, format_, zone), _ZIP_NAME, "application/zip"
    name = file_name_of(FullCall(calls[0]), format_, zone)
    return lambda: _made(store, owner, ids[0], format_, zone), name, format_.mime
