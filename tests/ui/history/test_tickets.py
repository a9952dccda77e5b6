"""A ticket stands for one thing of one person's, for a day, and can't be guessed."""

import pytest

from voice.ui.history import tickets as tickets_module
from voice.ui.history.tickets import TICKET_LIFE_S, Tickets


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tickets(clock: Clock) -> Tickets[str]:
    return Tickets(clock)


def test_a_ticket_says_neither_whose_it_is_nor_what_for_and_two_owners_have_two(
    tickets: Tickets[str],
) -> None:
    mine, yours = (tickets.give((owner, "call-id"), "sound.ogg") for owner in ("ann", "bob"))
    assert mine != yours
    assert not any(word in mine for word in ("ann", "call-id", "ogg"))
    assert tickets.find(mine) == tickets.find(yours) == "sound.ogg"


def test_the_ticket_stays_while_it_is_asked_for_so_that_what_plays_goes_on(
    tickets: Tickets[str], clock: Clock
) -> None:
    first = tickets.give("ann", "sound.ogg")
    clock.now_s = TICKET_LIFE_S - 1
    assert tickets.give("ann", "sound.ogg") == first
    clock.now_s += TICKET_LIFE_S - 1
    assert tickets.find(first) == "sound.ogg"


def test_a_ticket_runs_out_and_the_next_is_another(tickets: Tickets[str], clock: Clock) -> None:
    first = tickets.give("ann", "sound.ogg")
    clock.now_s = TICKET_LIFE_S + 1
    assert tickets.find(first) is None
    assert tickets.give("ann", "sound.ogg") != first
    assert tickets.find(first) is None


@pytest.mark.parametrize("guess", ["", "ann", "é", "\ud800", "a" * 10_000])
def test_what_is_no_ticket_finds_nothing(tickets: Tickets[str], guess: str) -> None:
    tickets.give("ann", "sound.ogg")
    assert tickets.find(guess) is None


def test_tickets_are_bounded_and_the_oldest_goes(
    tickets: Tickets[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets_module, "_MAX_TICKETS", 2)
    first, second, third = (tickets.give(id_, id_) for id_ in "abc")
    assert tickets.find(first) is None
    assert (tickets.find(second), tickets.find(third)) == ("b", "c")
