"""Time zones by the names people say: cities, countries, the zones' own. Reads the tables of tzdata once."""

import json
import unicodedata
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path

_MAX_NAMED_CITIES = 4
# Zones named for a city; others, such as "GB" and "Japan", keep old names alive.
_REGIONS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


# Names that the table of countries lacks.
_SAID_AS = {"US": ("USA", "US", "United States of America", "America"), "GB": ("UK", "England", "Scotland")}


class AmbiguousPlace(Exception):
    """A country with several zones; `cities` are the largest cities of some of them."""

    def __init__(self, cities: list[str]) -> None:
        super().__init__(cities)
        self.cities = cities[:_MAX_NAMED_CITIES]


def zone_of(place: str) -> str | None:
    """The time zone's name, or None for a place that is not known. Raises `AmbiguousPlace`."""
    name = _plain(place).removeprefix("the ")
    if name in _cities():
        return _cities()[name]
    zones = _countries().get(name)
    if zones is None:
        return _zone_of_both(name.split())
    if len(zones) > 1:
        raise AmbiguousPlace([zone.rpartition("/")[2].replace("_", " ") for zone in zones])
    return zones[0]


def _zone_of_both(words: list[str]) -> str | None:
    """ "Sydney Australia", "Paris Texas": a city and where it lies, which tells one Paris from the other."""
    for split in range(1, len(words)):
        city, region = " ".join(words[:split]), " ".join(words[split:])
        zone, zones = _cities().get(city), _countries().get(region, [])
        if zone is not None and (zone in zones or region == "city"):
            return zone
        if region in _cities() or len(zones) == 1:
            return _cities().get(region) or zones[0]
    return None


def _plain(name: str) -> str:
    """Lower case, without accents and marks: "São Paulo" and "sao_paulo" are the same."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return " ".join(
        "".join(
            c if c.isalnum() or c in "/+-" else " " for c in letters if not unicodedata.combining(c)
        ).split()
    )


@cache
def _cities() -> dict[str, str]:
    cities: dict[str, str] = {}
    # The short names come last, so that "Singapore" and "UTC" mean themselves.
    for zone in sorted(zoneinfo.available_timezones(), key=lambda zone: -zone.count("/")):
        cities[_plain(zone)] = zone
        if zone.startswith(_REGIONS):
            cities.setdefault(_plain(zone.rpartition("/")[2]), zone)
    more = json.loads(Path(__file__).with_name("cities.json").read_text(encoding="utf-8"))
    for zone, names in more.items():
        cities.update(dict.fromkeys(map(_plain, names), zone))
    return cities


@cache
def _countries() -> dict[str, list[str]]:
    names = {code: name for code, name, *_ in _rows("iso3166.tab")}
    zones: dict[str, list[str]] = defaultdict(list)
    for code, _, zone, *_ in _rows("zone.tab"):
        name = names[code]
        # "Korea (South)" is also said as "South Korea".
        bare, _, part = name.rstrip(")").partition(" (")
        for said in {name, f"{part} {bare}" if part else name, *_SAID_AS.get(code, ())}:
            zones[_plain(said)].append(zone)
    return zones


def _rows(table: str) -> Iterator[list[str]]:
    text = resources.files("tzdata").joinpath("zoneinfo", table).read_text(encoding="utf-8")
    return (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
