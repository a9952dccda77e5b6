"""The support bundle on its way to the page: whole, in pieces, and one at a time."""

import asyncio
import json
from functools import partial

import pytest

from tests.support.fake_call import FakeSwitchboard
from voice.call.line import Line
from voice.protocol.config import SessionPatch
from voice.settings import Settings
from voice.ui import bundle_feed
from voice.ui.bundle_feed import send_bundle
from voice.ui.feeds import Feeds, Message


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(bundle_feed, "load_settings", lambda: Settings.model_validate({}))
    line = Line(FakeSwitchboard())
    line.want(SessionPatch(system_prompt="größer " * 400))
    return line


async def test_the_pieces_make_up_the_bundle(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_feed, "_PIECE_CHARS", 1000)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await send_bundle(line, send, browser="Firefox/1")
    assert [message["left"] for message in sent] == list(range(len(sent) - 1, -1, -1))
    assert len(sent) > 2
    bundle = json.loads("".join(str(message["bundle"]) for message in sent))
    assert bundle["wanted"] == {"system_prompt": "größer " * 400}
    assert bundle["versions"]["browser"] == "Firefox/1"


async def test_impatient_clicks_get_one_bundle_and_a_later_one_another(line: Line) -> None:
    sent: asyncio.Queue[Message] = asyncio.Queue()
    feeds = Feeds({}, line, sent.put)
    made = partial(send_bundle, browser="")
    async with asyncio.timeout(10):
        for _ in range(3):
            feeds.once("support_bundle", made)
        assert (await sent.get())["left"] == 0
        await feeds._running["support_bundle"]
        assert sent.empty()
        feeds.once("support_bundle", made)
        assert (await sent.get())["left"] == 0
    feeds.stop()
