"""Moments in the reader's own zone, as the browser names it."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def reader_zone() -> ZoneInfo:
    """The zone of the browser; UTC where it names none that is known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def when_text(epoch_s: float) -> str:
    """A moment such as `23 Nov 2026, 08:15`."""
    try:
        return f"{datetime.fromtimestamp(epoch_s, reader_zone()):%d %b %Y, %H:%M}"
    except (OverflowError, ValueError, OSError):  # an imported call may say anything
        return "at an unknown time"


def clock_text(seconds: float) -> str:
    """A moment within a call, such as `4:07`."""
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
