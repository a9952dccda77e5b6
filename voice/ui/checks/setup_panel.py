"""The checks as the Setup page draws them."""

import platform
from importlib.metadata import version

import msgspec

from voice.call.ice_servers import for_browser
from voice.call.line import Line
from voice.settings import load_settings
from voice.ui.checks.catalogue import CHECKS, SYMPTOMS
from voice.ui.checks.media_judges import TONE_HZ
from voice.ui.checks.route import SETUP_PATH
from voice.ui.checks.service_check import offer_of
from voice.ui.live_component import live_component, read_part

PARTS = ("saving.js", "setup_rows.js", "setup_service.js", "setup_sound.js", "setup_media.js")
_REPORTED = ("streamlit", "streamlit-webrtc", "aiortc", "websockets")

_setup = live_component("setup", html=read_part("setup.html"), parts=PARTS)


def draw_setup(line: Line) -> None:
    """Draw the checks. They run in the browser and over their own socket; no run of the script is needed."""
    _setup(
        key="setup",
        data={
            "path": SETUP_PATH,
            "token": line.token,
            "checks": msgspec.to_builtins(CHECKS),
            "symptoms": msgspec.to_builtins(SYMPTOMS),
            "ice_servers": for_browser(load_settings().voice_ice_servers),
            "tone_hz": TONE_HZ,
            "service": msgspec.to_builtins(offer_of(load_settings())),
            "versions": _versions(),
        },
    )


def _versions() -> str:
    parts = ", ".join(f"{name} {version(name)}" for name in _REPORTED)
    return f"Python {platform.python_version()} on {platform.system()}, {parts}"
