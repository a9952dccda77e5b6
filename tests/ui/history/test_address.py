"""Which call History shows is said by the page's address, and by a click until the address follows it."""

from typing import Any

import pytest
import streamlit as st

from voice.ui.history.address import back_to_list, open_call, open_pair, opened


class Address(dict[str, str]):
    """Stands in for `st.query_params`."""

    def from_dict(self, parameters: dict[str, str]) -> None:
        self.clear()
        self.update(parameters)


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]) -> Address:
    stand_in = Address()
    monkeypatch.setattr(st, "query_params", stand_in)
    return stand_in


def test_a_call_that_was_clicked_is_shown_though_the_next_run_comes_with_the_old_address(
    address: Address,
) -> None:
    open_call("call-0001")
    address.from_dict({})
    assert opened() == ["call-0001"]
    assert address == {"call": "call-0001"}


def test_the_address_is_what_counts_once_it_has_followed(address: Address) -> None:
    open_pair("call-0001", "call-0002")
    assert opened() == ["call-0001", "call-0002"]
    address.from_dict({"call": "call-0003"})
    assert opened() == ["call-0003"]


def test_the_way_back_to_the_list_clears_the_address(address: Address) -> None:
    address.from_dict({"call": "call-0001"})
    back_to_list()
    assert opened() == []
    assert address == {}
