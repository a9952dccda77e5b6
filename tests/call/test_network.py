"""Readings of the media leg as figures with a verdict."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.audio.media_readings import BrowserMedia, Reading, ServerMedia
from voice.call.network import NetworkFigures, network_figures

counts = st.integers(0, 2**53)
browsers = st.builds(
    BrowserMedia,
    round_trip_ms=st.none() | st.floats(0, 3_600_000),
    jitter_buffer_ms=st.none() | st.floats(0, 3_600_000),
    received=st.none() | counts,
    lost=st.none() | counts,
    samples=st.none() | counts,
    concealed=st.none() | counts,
)
# aiortc's count of lost packets goes down when one turns up after all.
servers = st.builds(ServerMedia, received=counts, lost=st.integers(-100, 2**53))
readings = st.lists(st.builds(Reading, browsers, servers), max_size=6)


def value_of(figures: NetworkFigures, name: str) -> tuple[float | None, str]:
    measure = next(measure for measure in figures.measures if measure.name == name)
    return measure.value, measure.word


def test_without_readings_nothing_is_known() -> None:
    figures = network_figures(())
    assert figures.word == "unknown"
    assert {measure.word for measure in figures.measures} == {"unknown"}
    assert (figures.media_ms, figures.path) == (None, None)


def test_a_good_connection() -> None:
    first = Reading(BrowserMedia(received=100, lost=0, samples=96_000, concealed=0), ServerMedia(received=90))
    last = Reading(
        BrowserMedia(
            round_trip_ms=20.0,
            jitter_ms=2.0,
            jitter_buffer_ms=30.4,
            received=600,
            lost=0,
            samples=576_000,
            concealed=0,
            local="host",
            remote="host",
        ),
        ServerMedia(received=590, jitter_ms=1.0, round_trip_ms=25.0),
    )
    figures = network_figures((first, last))
    assert figures.word == "good"
    assert value_of(figures, "round_trip") == (20.0, "good")
    assert figures.media_ms == 50
    assert figures.path == ("host", "host")


@pytest.mark.parametrize(
    ("lost", "percent", "word"), [(5, 1.0, "good"), (15, 3.0, "fair"), (16, 3.2, "poor")]
)
def test_loss_is_of_the_last_seconds_and_not_of_the_whole_call(lost: int, percent: float, word: str) -> None:
    first = Reading(server=ServerMedia(received=1_000, lost=900))
    last = Reading(server=ServerMedia(received=1_500 - lost, lost=900 + lost))
    figures = network_figures((first, last))
    assert value_of(figures, "loss_up") == (percent, word)
    assert figures.word == word


def test_the_worst_figure_decides() -> None:
    browser = BrowserMedia(round_trip_ms=20.0, samples=48_000, concealed=4_800)
    figures = network_figures([Reading(browser)])
    assert value_of(figures, "round_trip") == (20.0, "good")
    assert value_of(figures, "concealed_down") == (10.0, "poor")
    assert figures.word == "poor"


def test_the_servers_round_trip_stands_in_when_the_browser_has_none() -> None:
    figures = network_figures([Reading(BrowserMedia(), ServerMedia(round_trip_ms=310.0))])
    assert value_of(figures, "round_trip") == (310.0, "poor")


def test_a_count_that_went_back_is_of_another_connection_and_tells_nothing() -> None:
    before, after = BrowserMedia(received=900, lost=50), BrowserMedia(received=10, lost=0)
    assert value_of(network_figures([Reading(before), Reading(after)]), "loss_down") == (None, "unknown")


@given(readings)
def test_whatever_is_reported_shares_lie_between_0_and_100_and_can_be_sent(noted: list[Reading]) -> None:
    figures = network_figures(noted)
    for measure in figures.measures:
        if measure.unit == "%" and measure.value is not None:
            assert 0 <= measure.value <= 100
    assert msgspec.json.decode(msgspec.json.encode(figures), type=NetworkFigures) == figures
