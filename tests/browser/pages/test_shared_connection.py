"""All components of a page share one socket to their line."""

import pytest

from tests.support.talk_page import TalkPage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_page_has_one_live_socket_however_many_components_listen(page: TalkPage) -> None:
    sockets: list[str] = []
    page.page.on("websocket", lambda socket: sockets.append(socket.url))
    await page.open()
    await page.go_to("History")
    await page.go_to("Talk")
    await page.wait_for_state("idle")
    assert len([url for url in sockets if url.endswith("/live")]) == 1
