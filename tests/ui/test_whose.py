"""Whose calls a page shows: everybody's without login, with it only those of who has logged in."""

import json
from typing import Any

import pytest
import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from voice.ui import whose
from voice.ui.whose import SINGLE_USER, is_asked_by, owner, owner_of_request, shown_name

COOKIE_SECRET = "a secret of the server's own"  # noqa: S105 - opens nothing


class User:
    def __init__(self, **claims: Any) -> None:
        self._claims = claims

    def to_dict(self) -> dict[str, Any]:
        return self._claims


def as_user(monkeypatch: pytest.MonkeyPatch, **claims: Any) -> None:
    monkeypatch.setattr(st, "user", User(**claims))


def test_without_login_there_is_one_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(monkeypatch, email="somebody@example.com")
    assert owner() == SINGLE_USER


def test_each_person_is_an_owner_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = set()
    for issuer, subject in (("https://a", "1"), ("https://a", "2"), ("https://b", "1")):
        as_user(monkeypatch, is_logged_in=True, iss=issuer, sub=subject, email="same@example.com")
        owners.add(owner())
    assert len(owners) == 3
    assert SINGLE_USER not in owners


@pytest.mark.parametrize(
    "claims", [{"is_logged_in": False}, {"is_logged_in": True}, {"is_logged_in": True, "sub": ""}]
)
def test_who_has_not_logged_in_or_has_no_name_owns_nothing(
    monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any]
) -> None:
    as_user(monkeypatch, **claims)
    with pytest.raises(PermissionError):
        owner()


@pytest.mark.parametrize(
    ("claims", "shown"),
    [
        ({"name": "Ann", "email": "ann@example.com"}, "Ann"),
        ({"name": " \n\u202e\u200b", "email": "ann@example.com"}, "ann@example.com"),
        ({"name": "a\u202eb\nc"}, "a b c"),
        ({"name": ["Ann"], "preferred_username": "ann"}, "['Ann']"),
        ({"name": "x" * 1_000}, "x" * 59 + "…"),
        ({}, "1"),
    ],
)
def test_a_name_is_one_short_line(
    monkeypatch: pytest.MonkeyPatch, claims: dict[str, Any], shown: str
) -> None:
    as_user(monkeypatch, is_logged_in=True, iss="https://a", sub="1", **claims)
    assert shown_name() == shown


def test_without_login_nobody_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(monkeypatch)
    assert shown_name() is None


def signed(secret: str, **claims: Any) -> dict[str, str]:
    return {USER_COOKIE_NAME: create_signed_value(secret, USER_COOKIE_NAME, json.dumps(claims)).decode()}


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whose, "login_is_set_up", lambda: True)
    monkeypatch.setattr(whose, "get_cookie_secret", lambda: COOKIE_SECRET)


@pytest.mark.usefixtures("login")
def test_a_request_is_of_the_same_owner_as_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    claims = {"is_logged_in": True, "iss": "https://a", "sub": "1"}
    as_user(monkeypatch, **claims)
    assert owner_of_request(signed(COOKIE_SECRET, **claims)) == owner() == "https://a 1"
    assert is_asked_by("https://a 1", signed(COOKIE_SECRET, **claims))
    assert not is_asked_by("https://a 2", signed(COOKIE_SECRET, **claims))


@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {USER_COOKIE_NAME: "forged"},
        signed("another secret", is_logged_in=True, sub="1"),
        signed(COOKIE_SECRET, is_logged_in=False, sub="1"),
        signed(COOKIE_SECRET, sub="1"),
        signed(COOKIE_SECRET, is_logged_in=True),
    ],
)
@pytest.mark.usefixtures("login")
def test_a_request_without_a_cookie_of_our_own_is_nobodys(cookies: dict[str, str]) -> None:
    with pytest.raises(PermissionError):
        owner_of_request(cookies)
    assert not is_asked_by("", cookies)


def test_without_login_every_request_is_the_single_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whose, "login_is_set_up", lambda: False)
    assert owner_of_request({}) == SINGLE_USER
