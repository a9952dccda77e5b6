"""A page asks what is new of a call that runs, and gets it once; nobody else gets anything."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Route

from tests.history.samples import BEGAN, ME, a_call, a_turn, keep
from voice.history.entries import Ended, Figures, TurnPut
from voice.history.records import HistoryProblem
from voice.history.store import Store
from voice.ui.history import news
from voice.ui.history.call_list import news_of_running
from voice.ui.history.news import NEWS_PATH, News, news_address, serve_news
from voice.ui.history.player import news_of_call
from voice.ui.history.tickets import Tickets


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "tickets", Tickets())
    monkeypatch.setattr(news, "is_asked_by", lambda owner, _cookies: owner == ME)
    news._limiter.cache_clear()


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    served = httpx.ASGITransport(Starlette(routes=[Route(NEWS_PATH, serve_news)]))
    async with httpx.AsyncClient(transport=served, base_url="http://parley.test") as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store("", tmp_path)
    opened.open()
    return opened


class Page:
    """Asks with the stamp of what it has."""

    def __init__(self, client: httpx.AsyncClient, address: str) -> None:
        self.client, self.address, self.stamp = client, address, ""

    async def ask(self) -> Any:
        answer = await self.client.get(self.address, headers={"If-None-Match": self.stamp})
        self.stamp = answer.headers["etag"]
        assert "no-store" in answer.headers["cache-control"]
        return None if answer.status_code == 304 else answer.raise_for_status().json()


async def test_a_running_calls_page_is_told_each_turn_once_and_the_end(
    client: httpx.AsyncClient, store: Store
) -> None:
    id_ = keep(store, a_call(), "hello", over=False)
    page = Page(client, news_address(ME, id_, lambda seen: news_of_call(store, ME, id_, ("Turns",), seen)))
    first = await page.ask()
    assert [turn["text"] for turn in first["turns"]] == ["hello"]
    assert (first["running"], first["facts"]) == (True, [["Turns", "1"]])
    assert await page.ask() is None
    store.write(id_, [TurnPut(2, a_turn(2, "good morning", "agent"))], BEGAN + 90)
    assert [turn["text"] for turn in (await page.ask())["turns"]] == ["hello", "good morning"]
    assert await page.ask() is None
    store.write(id_, [Ended(BEGAN + 9, "hung_up")], BEGAN + 91)
    assert (await page.ask())["running"] is False


async def test_a_call_that_was_deleted_is_gone(client: httpx.AsyncClient, store: Store) -> None:
    id_ = keep(store, a_call(), "hello")
    address = news_address(ME, id_, lambda seen: news_of_call(store, ME, id_, (), seen))
    store.delete(ME, id_)
    assert (await client.get(address)).status_code == 404


async def test_an_address_opens_no_call_of_anybody_else(store: Store) -> None:
    id_ = keep(store, a_call(owner="ann"), "secret")
    assert news_of_call(store, ME, id_, (), "") is None


@pytest.mark.parametrize("path", ["/news/guess", "/news/call-0001", "/news/..%2Fcall", "/news/é"])
async def test_what_is_no_ticket_is_told_nothing(client: httpx.AsyncClient, path: str) -> None:
    news_address(ME, "call-0001", lambda _: News("1", {"secret": 1}))
    answer = await client.get(path)
    assert (answer.status_code, "secret" in answer.text) == (404, False)


async def test_a_history_that_cant_be_read_now_can_be_asked_again(client: httpx.AsyncClient) -> None:
    def locked(_seen: str) -> News:
        raise HistoryProblem("The database is locked.")

    answer = await client.get(news_address(ME, "call", locked))
    assert (answer.status_code, "locked" in answer.text) == (503, False)


async def test_the_lists_page_is_told_of_its_owners_calls_that_run(
    client: httpx.AsyncClient, store: Store
) -> None:
    keep(store, a_call("call-over"), "hello")
    keep(store, a_call("call-hers", owner="ann"), "secret", over=False)
    page = Page(client, news_address(ME, "list", partial(news_of_running, store, ME)))
    assert await page.ask() == {"running": []}
    id_ = keep(store, a_call("call-runs"), "hello", over=False)
    assert [row["id"] for row in (await page.ask())["running"]] == [id_]
    assert await page.ask() is None
    store.write(id_, [Figures(voice="alba", turn_count=2)], BEGAN + 90)
    assert [row["turns"] for row in (await page.ask())["running"]] == [2]
    store.write(id_, [Ended(BEGAN + 9, "hung_up")], BEGAN + 91)
    assert await page.ask() == {"running": []}


async def test_an_address_that_was_passed_on_tells_nothing(client: httpx.AsyncClient) -> None:
    address = news_address("somebody else", "call", lambda _: News("1", {"secret": 1}))
    assert (await client.get(address)).status_code == 404
