"""Parley below a path: `server.baseUrlPath` stands before every path of ours."""

import runpy

import pytest

from tests.support.dashboard import ROOT
from voice.ui import base_path


@pytest.mark.parametrize(
    ("base_path", "base"),
    [("", ""), ("/", ""), ("parley", "/parley"), ("/parley/", "/parley"), ("a/b", "/a/b")],
    indirect=["base_path"],
)
@pytest.mark.usefixtures("base_path")
def test_the_base_begins_with_a_slash_and_ends_without_one(base: str) -> None:
    assert base_path.base_path() == base
    assert base_path.own_path(f"{base}/media/x.json") == "/media/x.json"


@pytest.mark.parametrize("base_path", ["parley"], indirect=True)
@pytest.mark.parametrize("path", ["/parleyx/media/x", "/media/x", "/parley"])
@pytest.mark.usefixtures("base_path")
def test_a_path_elsewhere_stays_as_it_is(path: str) -> None:
    assert base_path.own_path(path) == path


@pytest.mark.parametrize("base_path", ["parley"], indirect=True)
@pytest.mark.usefixtures("base_path")
def test_every_route_of_the_app_is_below_the_base() -> None:
    app = runpy.run_path(str(ROOT / "app.py"))["app"]
    assert app._user_routes
    assert all(route.path.startswith("/parley/") for route in app._user_routes)
