"""Tells the time, the date and the day, here and in other time zones."""

import re
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from voice.agent.brain.turn import Answer, Turn

_TIME = re.compile(
    r"^(?:(?:what (?:is the )?(?:current )?time(?: is it| it is| do you have)?|what is the time"
    r"|tell me (?:what )?(?:the )?time"
    r"(?: it is)?|(?:the )?(?:current )?time|what is the current time|have you got the time"
    r"|do you have the time|how late is it))"
    r"(?: (?:right )?now| today| here)?(?: in (?P<place>[a-z ]{2,40}))?$"
)
_DATE = re.compile(
    r"\b(?:what|tell me|which)\b.*\b(?:date|day of the month|todays date)\b|^(?:the )?(?:current )?date$"
    r"|^what is today(?: s date)?$"
)
_DAY = re.compile(r"\b(?:what|which) (?:day|weekday)\b|\bday of the week\b|^what is tomorrow$")
_YEAR = re.compile(
    r"^(?:what|which) year (?:is it|is this|are we in|do we have)$|^what is the (?:current )?year$"
)
_MONTH = re.compile(r"^(?:what|which) month (?:is it|is this|are we in)$|^what is the (?:current )?month$")
_SHIFTS = (("day after tomorrow", 2), ("day before yesterday", -2), ("tomorrow", 1), ("yesterday", -1))
# A question about another day than these is not answered with today's.
_OTHER_DAY = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|christmas"
    r"|easter"
    r"|birthday|born|next|last|new year|holiday|\d{1,4}|did|war|halloween|thanksgiving|best|worst"
    r"|favorite)\b"
)


def match(turn: Turn) -> Answer | None:
    """Answer "what time is it", "what's the date tomorrow", "what time is it in Tokyo"."""
    words = turn.core
    if found := _TIME.match(words):
        return _time(turn.now, found["place"])
    if _YEAR.match(words):
        return Answer(f"It is {turn.now.year}.")
    if _MONTH.match(words):
        return Answer(f"It is {turn.now:%B}.")
    asks_date = _DATE.search(words)
    if not (asks_date or _DAY.search(words)) or _OTHER_DAY.search(turn.digits):
        return None
    name, shift = next(((n, s) for n, s in _SHIFTS if n in words), ("today", 0))
    day = (turn.now + timedelta(days=shift)).date()
    verb = "was" if shift < 0 else "will be" if shift > 0 else "is"
    when = f"The {name}" if name.startswith("day") else name.capitalize()
    return Answer(f"{when} {verb} {_written(day) if asks_date or not shift else f'{day:%A}'}.")


def _time(now: datetime, place: str | None) -> Answer:
    if not place:
        return Answer(f"It's {_clock(now)}.")
    zone = _zones().get(place.strip())
    if zone is None:
        return Answer(
            f"I only know this computer's clock: here it's {_clock(now)}. I have no time zone for"
            f" {place.strip()}."
        )
    there = now.astimezone(ZoneInfo(zone))
    day = "" if there.date() == now.date() else f" on {there:%A}"
    return Answer(f"In {place.strip().title()} it's {_clock(there)}{day}.")


def _clock(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M} {'PM' if moment.hour >= 12 else 'AM'}"  # noqa: PLR2004 - noon


def _written(day: date) -> str:
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


@cache
def _zones() -> dict[str, str]:
    """Map the last part of each zone's name to the zone; empty where the system has no time zone data."""
    zones = sorted(available_timezones(), key=lambda zone: ("/" in zone, zone))
    return {zone.rsplit("/", 1)[-1].replace("_", " ").lower(): zone for zone in zones}
