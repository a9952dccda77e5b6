"""Sliders of the sidebar. A moved one goes to the line over the live route, and no script runs."""

from collections.abc import Iterable

from voice.call.line import Line
from voice.protocol.dials import DIALS
from voice.ui.live_component import connection_data, live_component

_dials = live_component("dials", html='<div class="dials"></div>')
_NOTES = {
    "vad_threshold": "Lower hears quieter speech.",
    "min_silence": "Ends a turn that sounds finished.",
    "max_silence": "Ends any turn.",
    "interruption_delay": "How long speech must last before it stops the agent.",
    "voice_focus_threshold": "Higher ignores more of the voices and noise around.",
}


def draw_dials(line: Line, names: Iterable[str], *, key: str, disabled: bool = False) -> None:
    """Draw these dials where the line has them."""
    described = [
        {
            "name": name,
            "label": DIALS[name].label,
            "low": DIALS[name].low,
            "high": DIALS[name].high,
            "step": DIALS[name].step,
            "unit": DIALS[name].unit,
            "note": _NOTES.get(name, ""),
            "value": line.dials[name],
            "disabled": disabled,
        }
        for name in names
    ]
    _dials(key=key, data={**connection_data(line), "dials": described})
