"""Login through a real provider in real browsers: what each person sees is theirs, and who sees nothing."""

import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.calls.test_history import HistoryPage
from tests.browser.pages.test_backstage import open_drawer
from tests.history.samples import a_call, keep
from tests.support.accessibility import grave_faults
from tests.support.dashboard import Dashboard, run_dashboard
from tests.support.oidc_provider import (
    CLIENT_SECRET,
    Fault,
    OidcProvider,
    Person,
    oidc_provider,
    secrets_file,
)
from tests.support.recorded import write_recording
from tests.support.talk_page import EARS_AND_MOUTH, IN_CALL, TIMEOUT_MS, TalkPage
from voice.history.store import Store

pytestmark = pytest.mark.asyncio(loop_scope="session")

COOKIE_SECRET = "canary-cookie-secret-0123456789abcdef"  # noqa: S105 - opens nothing but this dashboard
ANN = Person("1001", "Ann Example", "ann@example.com")
BOB = Person("1002", '**Bob** <img src="https://evil.test/x">\u202e', "bob@example.com")
HIDDEN = ("iframe", "[data-testid=stSidebar]", "[data-testid=call-state]", "tr.call", "[role=dialog]")
ZEBRAS = ("Tell me about zebras.", "They have stripes.")
LOG_IN_TEXT = "You see your own calls, and nobody else sees them."


@dataclass(frozen=True)
class Site:
    """A dashboard where people have to log in, and who lets them."""

    dashboard: Dashboard
    provider: OidcProvider

    def keep(self, person: Person, id_: str, *texts: str, recorded: bool = False) -> None:
        """Give somebody a call of the past."""
        store = Store(None, self.dashboard.log.parent / "data")
        store.open()
        owner = f"{self.provider.url} {person.subject}"
        keep(store, a_call(id_, owner=owner, started_at=time.time()), *texts)
        if recorded:
            write_recording(store.recording_path(id_))
        store.close()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("login")
    async with oidc_provider(ANN, BOB) as provider:
        written = folder / "secrets.toml"
        written.write_text(secrets_file(provider, COOKIE_SECRET))
        async with run_dashboard(folder, options=("--secrets.files", str(written))) as dashboard:
            yield Site(dashboard, provider)
        assert provider.problems == []


class Visitor(HistoryPage):
    """A browser of somebody's own."""

    def __init__(self, talk: TalkPage, site: Site) -> None:
        super().__init__(talk)
        self.url = site.dashboard.url

    async def visit(self, path: str) -> None:
        await self.page.goto(f"{self.url}{path}")

    async def choose(self, label: str) -> None:
        """Go to the provider, and be this person there."""
        await self.talk.button("Log in").click(timeout=TIMEOUT_MS)
        await expect(self.page.get_by_role("heading", name="Who are you?")).to_be_visible(timeout=TIMEOUT_MS)
        await self.talk.button(label).click()

    async def log_in(self, person: Person, path: str = "/") -> None:
        await self.visit(path)
        await self.choose(person.email)
        await expect(self.page.get_by_text("Logged in as")).to_be_visible(timeout=TIMEOUT_MS)

    async def sees(self, text: str) -> None:
        await expect(self.page.get_by_text(text)).to_be_visible(timeout=TIMEOUT_MS)

    async def sees_only_the_login(self) -> None:
        await self.sees(LOG_IN_TEXT)
        await expect(self.talk.button("Log in")).to_have_count(1)
        for hidden in (
            "iframe",
            "[data-testid=stSidebar]",
            "[data-testid=call-state]",
            "tr.call",
            "[role=dialog]",
        ):
            await expect(self.page.locator(hidden)).to_have_count(0)

    async def status(self, path: str) -> int:
        """What the server answers to this browser."""
        answer = await self.page.request.get(f"{self.url}{path}", max_redirects=0)
        return answer.status

    async def recording_address(self) -> str:
        """The address of the recording that is shown."""
        await self.player.wait_for(timeout=TIMEOUT_MS)
        found = await self.page.evaluate(
            """() => [...document.querySelectorAll('*')].map(node => node.shadowRoot).filter(Boolean)
                .flatMap(root => [...root.querySelectorAll('audio')])
                .map(audio => new URL(audio.src).pathname)"""
        )
        (address,) = found
        return str(address)

    async def export_address(self) -> str:
        """Take the shown call along; gives where the browser got it."""
        await self.talk.button("Export").click()
        async with self.page.expect_download() as downloading:
            await self.talk.button("Download").click()
        download = await downloading.value
        return download.url.removeprefix(self.url)


@asynccontextmanager
async def visitor(browser: Browser, site: Site) -> AsyncIterator[Visitor]:
    context = await browser.new_context()
    await context.add_init_script(path=EARS_AND_MOUTH)
    one = Visitor(TalkPage(await context.new_page(), site.dashboard.url), site)
    try:
        yield one
    finally:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def somebody(browser: Browser, site: Site) -> AsyncIterator[Visitor]:
    """A visitor for several tests: a browser of one's own takes two seconds to start."""
    async with visitor(browser, site) as one:
        yield one


def has_no_secret(site: Site, visitors: Iterable[Visitor]) -> None:
    texts = [site.dashboard.log.read_text(), *(text for one in visitors for text in one.talk.traffic)]
    for text in texts:
        assert CLIENT_SECRET not in text
        assert COOKIE_SECRET not in text


async def test_two_people_each_find_only_their_own_calls(browser: Browser, site: Site) -> None:
    site.keep(ANN, "call-of-ann", "Go forward ten meters.", "I heard: go forward.", recorded=True)
    site.keep(BOB, "call-of-bob", *ZEBRAS)
    async with visitor(browser, site) as ann, visitor(browser, site) as bob, visitor(browser, site) as nobody:
        await ann.log_in(ANN, "/history")
        await expect(ann.rows).to_have_count(1, timeout=TIMEOUT_MS)
        await ann.open_first()
        link = ann.page.url.removeprefix(ann.url)
        recording, export = await ann.recording_address(), await ann.export_address()
        assert await ann.status(recording) == await ann.status(export) == 200
        await ann.visit("/history?call=call-of-bob")
        await ann.sees("There is no such call among yours")

        # The page that was asked for comes after the login.
        await bob.log_in(BOB, link)
        await bob.sees("There is no such call among yours")
        assert bob.page.url.endswith(link)
        assert [await bob.status(path) for path in (recording, export)] == [404, 404]
        await bob.visit(f"/history?call=call-of-bob&with={link.rpartition('=')[2]}")
        await bob.sees("There is no such call among yours")
        await bob.visit("/history")
        await expect(bob.rows).to_have_count(1, timeout=TIMEOUT_MS)
        await bob.search("forward")
        await bob.sees("No call fits this search.")
        await bob.visit("/history?call=call-of-bob")
        assert [turn.text for turn in await bob.shown_turns()] == [
            "Tell me about zebras.",
            "They have stripes.",
        ]

        assert [await nobody.status(path) for path in (recording, export)] == [404, 403]
        await nobody.visit(link)
        await nobody.sees_only_the_login()
        assert "forward" not in "".join((*bob.talk.traffic, *nobody.talk.traffic))
        has_no_secret(site, (ann, bob, nobody))


async def test_who_deletes_everything_deletes_nothing_of_others(browser: Browser, site: Site) -> None:
    site.keep(ANN, "kept-by-ann", "Hello.")
    site.keep(BOB, "goes-with-all", "Hello.")
    async with visitor(browser, site) as bob, visitor(browser, site) as ann:
        await bob.log_in(BOB, "/history")
        await bob.rows.first.wait_for(timeout=TIMEOUT_MS)
        await bob.page.get_by_text("Delete all calls").first.click()
        field = bob.page.get_by_label('Type "')
        await field.fill("delete all")
        await field.press("Enter")
        await bob.talk.button("Delete all calls").click()
        await expect(bob.rows).to_have_count(0, timeout=TIMEOUT_MS)
        await ann.log_in(ANN, "/history?call=kept-by-ann")
        assert [turn.text for turn in await ann.shown_turns()] == ["Hello."]


async def test_a_name_is_plain_text_and_after_logging_out_nothing_is_left(
    browser: Browser, site: Site
) -> None:
    site.keep(BOB, "behind-a-link", "Hello.")
    logouts = site.provider.logouts
    async with visitor(browser, site) as bob:
        await bob.log_in(BOB)
        await bob.sees('Logged in as **Bob** <img src="https://evil.test/x">')
        assert await grave_faults(bob.page) == []
        assert not any("evil.test" in address for address in bob.talk.requests)
        await bob.talk.button("Log out").click()
        await bob.sees_only_the_login()
        assert site.provider.logouts == logouts + 1
        assert await grave_faults(bob.page) == []
        await bob.visit("/history?call=behind-a-link")
        await bob.sees_only_the_login()
        await bob.choose(BOB.email)
        await bob.player.wait_for(timeout=TIMEOUT_MS)


@pytest.mark.parametrize(
    ("fault", "label", "sentence"),
    [
        ("down", None, "The login provider can't be reached"),
        ("", "Refuse", "The login was refused or broken off"),
        ("foreign_signature", ANN.email, "The login could not be finished"),
        ("other_nonce", ANN.email, "The login could not be finished"),
        ("no_token", ANN.email, "The login could not be finished"),
    ],
)
async def test_a_login_that_fails_leads_back_with_a_sentence(
    somebody: Visitor, site: Site, fault: Fault, label: str | None, sentence: str
) -> None:
    site.keep(ANN, "asked-for", "Hello.")
    await somebody.page.context.clear_cookies()
    site.provider.fault = fault
    try:
        await somebody.visit("/history?call=asked-for")
        if label:
            await somebody.choose(label)
        else:
            await somebody.talk.button("Log in").click(timeout=TIMEOUT_MS)
        await somebody.sees(sentence)
    finally:
        site.provider.fault = ""
        site.provider.problems.clear()
    await somebody.sees_only_the_login()
    assert "canary" not in await somebody.page.inner_text("body")
    await somebody.choose(ANN.email)
    await somebody.player.wait_for(timeout=TIMEOUT_MS)
    assert "login=" not in somebody.page.url
    has_no_secret(site, [somebody])


async def test_a_call_goes_on_when_its_login_runs_out(browser: Browser, site: Site) -> None:
    async with visitor(browser, site) as ann:
        await ann.log_in(ANN)
        await ann.talk.open()
        await ann.talk.connect()
        await ann.talk.wait_for_turns(1, "agent")
        await ann.page.context.clear_cookies()
        await ann.open()
        await ann.page.get_by_role("link", name="Talk").click()
        await ann.talk.wait_for_state(*IN_CALL)
        await open_drawer(ann.talk)
        async with ann.page.expect_download() as downloading:
            await ann.talk.button("Support bundle").click()
        bundle = await anyio.Path(await (await downloading.value).path()).read_text()
        assert CLIENT_SECRET not in bundle
        assert COOKIE_SECRET not in bundle
        assert ANN.email not in bundle
        await ann.talk.hang_up()
        await ann.page.reload()
        await ann.sees_only_the_login()
        await ann.log_in(ANN, "/history")
        newest = ann.rows.first
        await expect(newest).to_contain_text("Recorded", timeout=TIMEOUT_MS)
        await expect(newest).to_contain_text("Hung up")
