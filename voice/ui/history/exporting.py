"""Taking calls along: one as a file, several as a zip. The file is made when it is asked for, not before."""

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from functools import partial
from pathlib import Path

import streamlit as st

from voice.history.export import FORMATS, Format, export, file_name_of, write_zip
from voice.history.records import CallRecord, FullCall, HistoryProblem
from voice.history.store import Store
from voice.ui.history.downloads import downloads
from voice.ui.history.when import reader_zone

_FORMAT = "history_format"
_ZIP_NAME = "parley-calls.zip"


def draw_export(store: Store, owner: str, calls: Sequence[CallRecord]) -> None:
    """Draw the choice of a format, and the button that makes the file."""
    exporting = st.popover("Export", icon=":material/download:", key="history_export", on_change="rerun")
    if not exporting.open:
        return
    sound = any(call.has_recording for call in calls)
    offered = [key for key, format_ in FORMATS.items() if sound or not format_.needs_sound]
    with exporting:
        key = st.selectbox("Format", offered, format_func=lambda key: FORMATS[key].label, key=_FORMAT)
        chosen = FORMATS[key]
        make, name, mime = _file(store, owner, calls, chosen, reader_zone())
        st.download_button(
            "Download" if len(calls) == 1 else f"Download {len(calls)} calls",
            lambda: downloads.give(owner, make()),
            name,
            mime,
            icon=":material/download:",
            on_click="ignore",
        )


def _file(
    store: Store, owner: str, calls: Sequence[CallRecord], format_: Format, zone: tzinfo
) -> tuple[Callable[[], bytes], str, str]:
    """Who makes the file, its name and its media type."""
    ids = [call.id for call in calls]
    if len(ids) > 1:
        return lambda: zipped(store, owner, ids, format_, zone), _ZIP_NAME, "application/zip"
    name = file_name_of(FullCall(calls[0]), format_, zone)
    return lambda: made(store, owner, ids[0], format_, zone), name, format_.mime


def made(store: Store, owner: str, call_id: str, format_: Format, zone: tzinfo) -> bytes:
    """One call in a format. Raises `HistoryProblem`, which Streamlit shows at the button."""
    full = store.full_call(owner, call_id)
    if full is None:
        raise HistoryProblem("This call is not there any more.")
    return export(full, format_, _sound_of(store, full), zone)


def zipped(store: Store, owner: str, ids: Sequence[str], format_: Format, zone: tzinfo) -> bytes:
    """Several calls in a zip; those that are gone meanwhile are left out."""
    out = io.BytesIO()
    write_zip(_all(store, owner, ids), [format_], out, zone, theirs=partial(_their_sounds, store))
    return out.getvalue()


def _all(store: Store, owner: str, ids: Sequence[str]) -> Iterator[tuple[FullCall, Path | None]]:
    for id_ in ids:
        full = store.full_call(owner, id_)
        if full is not None:
            yield full, _sound_of(store, full)


def _their_sounds(store: Store, full: FullCall) -> list[Path]:
    sounding = [session.number for session in full.sessions if session.has_sound]
    return [store.service_recording_path(full.call.id, number) for number in sounding]


def _sound_of(store: Store, full: FullCall) -> Path | None:
    return store.recording_path(full.call.id) if full.call.has_recording else None
