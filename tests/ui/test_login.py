"""Logging out, when the browser is told late."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from voice.ui import login


class Person:
    """Somebody who is logged in until they log out; counts how often their browser is sent away."""

    def __init__(self) -> None:
        self.logged_in = True
        self.sent_away = 0

    def owner(self) -> str:
        if not self.logged_in:
            raise PermissionError
        return "ann"

    def log_out(self) -> None:
        self.logged_in = False
        self.sent_away += 1


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> Person:
    person = Person()
    monkeypatch.setattr(login, "owner", person.owner)
    monkeypatch.setattr(login, "shown_name", lambda: "Ann")
    monkeypatch.setattr(st, "logout", person.log_out)
    return person


def page() -> None:
    from voice.ui import login  # noqa: PLC0415 - this function's source is run as a script of its own

    login.require_login()
    login.draw_logout()


def test_a_run_that_follows_the_logout_sends_the_browser_away_again(person: Person) -> None:
    drawn = AppTest.from_function(page).run()
    drawn.button[0].click().run()
    assert person.sent_away == 1
    drawn.run()
    assert person.sent_away == 2
    assert not drawn.button


def test_a_visitor_who_never_logged_in_is_not_sent_away(person: Person) -> None:
    person.logged_in = False
    drawn = AppTest.from_function(page).run()
    assert person.sent_away == 0
    assert not drawn.exception
