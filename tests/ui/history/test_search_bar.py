"""Days of a search begin and end where the reader's do."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from voice.ui.history.search_bar import bounds_of

BERLIN = ZoneInfo("Europe/Berlin")


def at(*moment: int) -> float:
    return datetime(*moment, tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]


def test_no_day_bounds_nothing() -> None:
    assert bounds_of((), BERLIN) == (None, None)


def test_the_first_day_alone_bounds_the_beginning() -> None:
    assert bounds_of((date(2026, 11, 23),), BERLIN) == (at(2026, 11, 22, 23), None)


def test_the_last_day_belongs_to_the_span_also_when_the_clocks_change() -> None:
    days = (date(2026, 3, 28), date(2026, 3, 29))
    assert bounds_of(days, BERLIN) == (at(2026, 3, 27, 23), at(2026, 3, 29, 22))
