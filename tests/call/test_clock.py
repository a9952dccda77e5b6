"""A call whose machine's clock is set while it runs: nothing ends early, late or before it began."""

import asyncio
import time

import pytest

from tests.call.test_call import call_to, polite
from tests.support.fake_browser import fake_browser
from tests.support.scripted_agent import ScriptedAgent
from voice.call.clock import steady_clock
from voice.protocol.inputs import Tick

pytestmark = pytest.mark.virtual_time

# Longer than the five minutes of silence that end a call, and an hour back as at the end of summer time.
JUMPS_S = [400.0, -3600.0]
# No test takes so long.
AT_MOST_S = 60.0


class Wall:
    """A wall clock that can be set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._real = time.time
        self._jumped_s = 0.0
        monkeypatch.setattr(time, "time", self)

    def __call__(self) -> float:
        return self._real() + self._jumped_s

    def jump(self, seconds: float) -> None:
        self._jumped_s += seconds


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return Wall(monkeypatch)


@pytest.mark.parametrize("jump_s", JUMPS_S)
async def test_a_call_outlives_a_jump_of_the_clock_and_its_length_is_right(wall: Wall, jump_s: float) -> None:
    async with call_to(polite) as (watched, _), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        wall.jump(jump_s)
        watched.call._post(Tick())
        assert watched.call.view.state == "listening"
        assert watched.call.view.closing is None
        watched.call.hang_up()
        await watched.running
    view = watched.call.view
    assert view.begun_at is not None
    assert view.ended_at is not None
    assert 0 <= view.ended_at - view.begun_at < AT_MOST_S


@pytest.mark.parametrize("jump_s", JUMPS_S)
async def test_what_is_shown_and_logged_after_a_jump_has_the_time_of_the_call(
    wall: Wall, jump_s: float
) -> None:
    jumped = asyncio.Event()

    async def talkative(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await jumped.wait()
        await agent.say("input.speech.started")
        await agent.end_politely()

    async with call_to(talkative) as (watched, _), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        wall.jump(jump_s)
        jumped.set()
        view = await watched.until(lambda view: view.state == "hearing")
        assert view.begun_at is not None
        assert view.since is not None
        assert 0 <= view.since - view.begun_at < AT_MOST_S
        entries = watched.call.log.changes().entries
        assert "input.speech.started" in {entry.type for entry in entries}
        assert all(0 <= entry.at_ms < 1000 * AT_MOST_S for entry in entries)


def test_a_steady_clock_begins_at_the_wall_clock_and_passes_over_its_jumps() -> None:
    wall, monotonic = [1_700_000_000.0], [5.0]
    clock = steady_clock(lambda: wall[0], lambda: monotonic[0])
    assert clock() == 1_700_000_000.0
    wall[0] -= 3600
    monotonic[0] += 2.5
    assert clock() == 1_700_000_002.5
