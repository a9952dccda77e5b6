"""Whose calls a page shows: everybody's without login, with it only those of who has logged in."""

from typing import Any

import pytest
import streamlit as st

from voice.ui.whose import SINGLE_USER, owner


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
