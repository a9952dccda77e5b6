"""The table of tools that Parley ships."""

from collections.abc import Collection

from voice.protocol.config import FunctionTool
from voice.tools.shipped_memory import add_note, list_notes, search_past_calls
from voice.tools.shipped_sums import calculate
from voice.tools.shipped_time import current_time
from voice.tools.shipped_units import convert_units
from voice.tools.tool import Tool

_TOOLS = (
    Tool(current_time, "Time in a place", ":material/schedule:"),
    Tool(calculate, "Calculator", ":material/calculate:"),
    Tool(convert_units, "Unit conversion", ":material/straighten:"),
    Tool(add_note, "Take notes", ":material/note_add:"),
    Tool(list_notes, "Read notes", ":material/notes:"),
    Tool(search_past_calls, "Search past calls", ":material/manage_search:", on=False),
)


def catalogue() -> tuple[Tool, ...]:
    """Every tool there is, in the order to show them."""
    return _TOOLS


def default_names() -> tuple[str, ...]:
    """Names of the tools a new page starts with."""
    return tuple(tool.name for tool in _TOOLS if tool.on)


def schemas(names: Collection[str]) -> tuple[FunctionTool, ...]:
    """What the agent is told of these tools, in the order of the catalogue; names not in it are left out."""
    return tuple(tool.schema for tool in _TOOLS if tool.name in names)
