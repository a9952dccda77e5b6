"""The tool that tells the time in a place."""

import datetime
from zoneinfo import ZoneInfo

from voice.tools.context import ToolContext
from voice.tools.places import AmbiguousPlace, zone_of
from voice.tools.tool import ToolProblem

_NOON = 12
_MAX_SHOWN_CHARS = 60


def current_time(context: ToolContext, place: str | None = None) -> dict[str, str]:
    """Tell the current time and date, here or in a city, a country or a time zone.

    Args:
        place: City, country or time zone such as "Tokyo", "Kenya" or "Europe/Berlin"; left out for the time
            where Parley runs.
    """
    moment = datetime.datetime.fromtimestamp(context.now(), datetime.UTC)
    if place is None or not place.strip():
        return {"result": f"It is {_told(moment.astimezone())}."}
    shown = " ".join(place.split())[:_MAX_SHOWN_CHARS]
    try:
        zone = zone_of(place)
    except AmbiguousPlace as several:
        raise ToolProblem(
            f"{shown} has several time zones. Ask for a city: {', '.join(several.cities)}."
        ) from None
    if zone is None:
        raise ToolProblem(f"There is no time zone for {shown}. Ask for a large city or a country.")
    return {"result": f"In {shown} it is {_told(moment.astimezone(ZoneInfo(zone)))}."}


def _told(moment: datetime.datetime) -> str:
    clock = f"{moment.hour % _NOON or _NOON}:{moment:%M} {'PM' if moment.hour >= _NOON else 'AM'}"
    return f"{clock} on {moment:%A}, {moment:%B} {moment.day}, {moment.year}"
