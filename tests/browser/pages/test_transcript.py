"""The transcript of the call panel, drawn from views without a call."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.support.accessibility import grave_faults
from tests.support.panel_harness import DATA, URL, PanelHarness, a_turn, a_view, open_panel

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTILE = '<img src=x onerror="document.title=1"> **bold** [link](javascript:alert(1))'
ANSWER = "Sure, twelve times seven is eighty-four."
WORD_MS = 400
# Where the third word of the answer is being heard: the way to the ear and the longest guess included.
THIRD_WORD_MS = 2 * WORD_MS
LOOKS = """node => {
    const paint = document.createElement("canvas").getContext("2d");
    const seen = (...colours) => {
        for (const colour of colours) { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); }
        return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const ground = [getComputedStyle(document.body), getComputedStyle(node.closest(".turn"))];
    const grounds = ground.map(style => style.backgroundColor);
    return [seen(...grounds, getComputedStyle(node).color), seen(...grounds)];
}"""
AT_END = """() => {
    const list = document.querySelector("#host").shadowRoot.querySelector("[role=log]");
    return list.scrollTop > 0 && list.scrollHeight - list.clientHeight - list.scrollTop < 2;
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def panel(browser: Browser) -> AsyncIterator[PanelHarness]:
    async with open_panel(browser) as opened:
        yield opened


def spoken_turn(text: str = ANSWER, **fields: object) -> dict[str, object]:
    words = [[word, place * WORD_MS, (place + 1) * WORD_MS] for place, word in enumerate(text.split())]
    return a_turn("agent", text, id="agent-1", words=words, **fields)


def tool_turn(status: str, **fields: object) -> dict[str, object]:
    tool = {"name": "get_time", "status": status, "arguments": "{}", "result": "", "took_ms": None, **fields}
    return a_turn("tool", "", id=f"tool {status}", tool=tool)


def many_turns(count: int) -> list[dict[str, object]]:
    speakers = ("agent", "user")
    return [a_turn(speakers[n % 2], f"This is turn {n}.", id=f"turn-{n}") for n in range(count)]


def log(panel: PanelHarness) -> Locator:
    return panel.page.get_by_role("log", name="Transcript")


async def distance_to_end(panel: PanelHarness) -> float:
    script = "list => list.scrollHeight - list.clientHeight - list.scrollTop"
    return float(await log(panel).evaluate(script))


async def test_somebody_who_is_heard_has_a_placeholder_until_words_come(panel: PanelHarness) -> None:
    heard = a_turn("user", "", id="user-1", settled=False)
    await panel.show(a_view("hearing", turns=[heard]))
    await expect(log(panel)).to_contain_text("Hearing you…")
    await expect(panel.page.locator(".dots i")).to_have_count(3)
    await expect(panel.page.get_by_test_id("turn")).to_have_count(0)
    await panel.show(a_view("hearing", turns=[{**heard, "text": "what time"}]))
    await expect(panel.page.locator(".turn.growing .text")).to_have_text("what time")
    await panel.show(a_view("thinking", turns=[{**heard, "text": "What time is it?", "settled": True}]))
    await expect(panel.page.get_by_test_id("turn").locator(".text")).to_have_text("What time is it?")
    await expect(panel.page.locator(".dots")).to_have_count(0)


async def test_words_are_lit_as_they_are_heard_and_no_further_than_the_last_report(
    panel: PanelHarness,
) -> None:
    await panel.show(a_view("thinking", turns=[spoken_turn()]))
    await expect(panel.page.locator(".coming")).to_have_text(ANSWER)
    await panel.show(a_view("speaking", turns=[spoken_turn()]))
    await panel.push({"levels": [-60, -20], "playout": ["agent-1", THIRD_WORD_MS]})
    await expect(panel.page.locator(".now")).to_have_text("times")
    await expect(panel.page.locator(".spoken")).to_have_text("Sure, twelve ")
    await expect(panel.page.locator(".coming")).to_have_text(" seven is eighty-four.")
    # A report that comes late takes nothing back.
    await panel.push({"levels": [-60, -20], "playout": ["agent-1", 0]})
    await expect(panel.page.locator(".now")).to_have_text("times")
    await panel.push({"levels": [-60, -60], "playout": None})
    await expect(panel.page.locator(".coming")).to_have_count(0)
    assert await panel.page.locator(".turn .text").inner_text() == ANSWER


async def test_a_word_is_lit_only_when_its_sound_has_reached_the_ear(panel: PanelHarness) -> None:
    script = """() => {
        let now = 0;
        performance.now = () => now;
        window.at = (ms) => { now = ms; };
    }"""
    await panel.page.evaluate(script)
    await panel.show(a_view("speaking", turns=[spoken_turn()]))
    await panel.push({"levels": [-60, -20], "playout": ["agent-1", WORD_MS]})
    await expect(panel.page.locator(".now")).to_have_text("Sure,")
    await panel.page.evaluate("at(60)")
    await panel.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    await expect(panel.page.locator(".now")).to_have_text("Sure,")
    await panel.page.evaluate("at(90)")
    await expect(panel.page.locator(".now")).to_have_text("twelve")


async def test_a_cut_stops_the_lighting_and_keeps_the_unheard_words_behind_a_button(
    panel: PanelHarness,
) -> None:
    await panel.show(a_view("speaking", turns=[spoken_turn()]))
    await panel.push({"levels": [-60, -20], "playout": ["agent-1", THIRD_WORD_MS]})
    await expect(panel.page.locator(".now")).to_have_text("times")
    cut = spoken_turn(rest="seven is eighty-four.", interrupted=True) | {"text": "Sure, twelve times"}
    await panel.show(a_view("hearing", turns=[cut]))
    turn = panel.page.get_by_test_id("turn")
    assert await turn.get_attribute("data-interrupted") == "true"
    await expect(turn).to_contain_text("Interrupted")
    await expect(turn.locator(".text")).to_have_text("Sure, twelve times")
    await expect(turn.locator(".text *")).to_have_count(0)
    rest = turn.locator("s")
    await expect(rest).to_be_hidden()
    show = panel.button("Show what was not said")
    await expect(show).to_have_attribute("aria-expanded", "false")
    await show.click()
    await expect(rest).to_have_text("seven is eighty-four.")
    await expect(panel.button("Hide what was not said")).to_have_attribute("aria-expanded", "true")
    # Another word about the same turn does not close it.
    await panel.show(a_view("hearing", turns=[{**cut, "latency_ms": 700}]))
    await expect(rest).to_be_visible()
    await panel.button("Hide what was not said").click()
    await expect(rest).to_be_hidden()


async def test_a_reply_whose_words_have_no_times_is_plain(panel: PanelHarness) -> None:
    await panel.show(a_view("speaking", turns=[a_turn("agent", ANSWER, id="agent-1")]))
    await panel.push({"levels": [-60, -20], "playout": ["agent-1", THIRD_WORD_MS]})
    await expect(panel.page.locator(".turn .text")).to_have_text(ANSWER)
    await expect(panel.page.locator(".turn .text *")).to_have_count(0)


async def test_a_word_that_is_not_in_the_text_is_passed_over(panel: PanelHarness) -> None:
    words = [["Sure,", 0, 400], ["12", 400, 800], ["times", 800, 1200]]
    await panel.show(a_view("speaking", turns=[{**spoken_turn(), "words": words}]))
    await panel.push({"levels": [-60, -20], "playout": ["agent-1", THIRD_WORD_MS]})
    await expect(panel.page.locator(".now")).to_have_text("times")
    await expect(panel.page.locator(".spoken")).to_have_text("Sure, twelve ")


@pytest.mark.parametrize(
    ("status", "word"),
    [("running", "Running"), ("done", "Done"), ("failed", "Failed"), ("dropped", "Dropped")],
)
async def test_a_tool_is_a_card_that_says_how_it_went(panel: PanelHarness, status: str, word: str) -> None:
    await panel.show(a_view("thinking", turns=[tool_turn(status, took_ms=1234)]))
    card = panel.page.get_by_test_id("tool")
    await expect(card).to_contain_text("get_time")
    await expect(card.locator(".status")).to_contain_text(word)
    await expect(card.locator(".status")).to_contain_text("1.2 s")
    await expect(card.locator(".status .icon")).to_have_attribute("aria-hidden", "true")
    await expect(panel.page.get_by_test_id("turn")).to_have_count(0)


async def test_arguments_and_results_open_as_text(panel: PanelHarness) -> None:
    turn = tool_turn("done", arguments='{"zone": "Paris", "n": 1}', result=HOSTILE)
    await panel.show(a_view("thinking", turns=[turn]))
    arguments, result = (panel.page.locator("pre").nth(place) for place in (0, 1))
    await expect(result).to_be_hidden()
    await panel.page.get_by_text("Arguments and result").click()
    assert await arguments.inner_text() == '{\n  "zone": "Paris",\n  "n": 1\n}'
    assert await result.inner_text() == HOSTILE
    assert await panel.page.title() == "Panel"


async def test_a_number_too_long_for_the_browser_is_shown_as_it_came(panel: PanelHarness) -> None:
    exact = '{"id":12345678901234567890}'
    await panel.show(a_view("thinking", turns=[tool_turn("done", result=exact)]))
    await panel.page.get_by_text("Arguments and result").click()
    assert await panel.page.locator("pre").last.inner_text() == exact


async def test_typed_turns_and_answer_times_are_marked_in_words(panel: PanelHarness) -> None:
    turns = [
        a_turn("user", "Are you there?", typed=True, latency_ms=None),
        a_turn("agent", "Yes.", latency_ms=712),
    ]
    await panel.show(a_view("listening", turns=turns))
    typed, answer = (panel.page.get_by_test_id("turn").nth(place) for place in (0, 1))
    await expect(typed.locator(".typed")).to_contain_text("typed")
    await expect(typed.locator(".latency")).to_have_count(0)
    await expect(answer.locator(".latency")).to_have_text("answered after 0.7 s")
    title = await answer.locator(".latency").get_attribute("title")
    assert "end of your speech" in (title or "")


async def test_a_reader_who_scrolled_up_stays_there_and_can_jump_back(panel: PanelHarness) -> None:
    turns = many_turns(60)
    await panel.show(a_view("listening", turns=turns))
    await panel.page.wait_for_function(AT_END)
    await expect(panel.page.locator(".jump")).to_be_hidden()
    await log(panel).hover()
    await panel.page.mouse.wheel(0, -400)
    await expect(panel.button("Jump to latest")).to_be_visible()
    before = await distance_to_end(panel)
    more = many_turns(62)
    await panel.show(a_view("listening", turns=more))
    await expect(panel.button("Jump to latest (2 new)")).to_be_visible()
    assert await distance_to_end(panel) > before
    await panel.button("Jump to latest (2 new)").click()
    await panel.page.wait_for_function(AT_END)
    await expect(panel.page.locator(".jump")).to_be_hidden()
    await panel.show(a_view("listening", turns=many_turns(64)))
    await panel.page.wait_for_function(AT_END)


async def test_of_500_turns_only_the_one_that_changed_is_touched(panel: PanelHarness) -> None:
    turns = many_turns(500)
    await panel.show(a_view("listening", turns=turns))
    await log(panel).evaluate(
        """list => {
            window.touched = new Set();
            new MutationObserver(records => {
                for (const { target, addedNodes } of records) {
                    const node = target === list ? addedNodes[0] : target;
                    const within = node.closest ? node : node.parentElement;
                    window.touched.add(within.closest(".turn").textContent);
                }
            }).observe(list, { childList: true, subtree: true, characterData: true, attributes: true });
        }"""
    )
    grown = {**turns[498], "text": "Grown."}
    await panel.push({"view": {"turns": [{"index": 498, "turn": grown}]}})
    new = a_turn("user", "New.", id="turn-500")
    await panel.push({"view": {"turns": [{"index": 500, "turn": new}]}})
    await expect(panel.page.get_by_test_id("turn")).to_have_count(501)
    assert sorted(await panel.page.evaluate("[...window.touched]")) == ["AgentGrown.", "YouNew."]


async def test_the_transcript_can_be_copied_as_plain_text(browser: Browser) -> None:
    async with open_panel(browser, permissions=["clipboard-read", "clipboard-write"]) as panel:
        await expect(panel.button("Copy transcript")).to_be_disabled()
        turns = [
            a_turn("user", "What time is it?", typed=True),
            tool_turn("done", result="noon"),
            a_turn("agent", "It is", interrupted=True, rest="noon"),
        ]
        await panel.show(a_view("listening", turns=turns))
        await panel.button("Copy transcript").click()
        await expect(panel.button("Copied")).to_be_visible()
        copied = await panel.page.evaluate("navigator.clipboard.readText()")
        assert copied.splitlines() == [
            "You (typed): What time is it?",
            "Tool get_time: Done noon",
            "Agent (interrupted): It is",
        ]


async def test_a_refused_copy_says_what_to_do(panel: PanelHarness) -> None:
    await panel.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }"
    )
    await panel.show(a_view("listening", turns=many_turns(1)))
    await panel.button("Copy transcript").click()
    await expect(panel.button("The browser refused: select the text instead")).to_be_visible()


async def test_large_type_is_remembered(panel: PanelHarness) -> None:
    await panel.show(a_view("listening", turns=many_turns(1)))
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    plain = await panel.page.locator(".turn .text").evaluate(size)
    await panel.button("Large type").click()
    assert await panel.page.locator(".turn .text").evaluate(size) > plain
    await panel.page.goto(URL)
    await panel.page.evaluate("data => window.harness.mount(data)", DATA)
    await expect(panel.button("Large type")).to_have_attribute("aria-pressed", "true")


async def test_text_of_any_kind_stays_inside_its_bubble(browser: Browser) -> None:
    texts = ["W" * 2_000, "ما هو الوقت الآن؟", "👩‍👩‍👧‍👦" * 200, "a b " * 500, "日本語" * 300]
    async with open_panel(browser, viewport={"width": 390, "height": 844}) as panel:
        await panel.show(a_view("listening", turns=[a_turn("user", text) for text in texts]))
        bubbles = panel.page.get_by_test_id("turn")
        await expect(bubbles).to_have_count(len(texts))
        for bubble in await bubbles.all():
            await bubble.scroll_into_view_if_needed()
            box: Any = await bubble.evaluate("node => [node.scrollWidth, node.clientWidth]")
            assert box[0] <= box[1]
        widths = await log(panel).evaluate("list => [list.scrollWidth, list.clientWidth]")
        assert widths[0] <= widths[1]
        direction = "node => getComputedStyle(node).direction"
        assert await bubbles.nth(1).locator(".text").evaluate(direction) == "rtl"
        assert await bubbles.nth(0).locator(".text").evaluate(direction) == "ltr"


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
async def test_nothing_moves_for_who_wants_no_motion(browser: Browser, wish: str, moves: bool) -> None:
    async with open_panel(browser, reduced_motion=wish) as panel:
        hearing = a_turn("user", "", id="user-2", settled=False)
        await panel.show(a_view("speaking", turns=[spoken_turn(), tool_turn("running"), hearing]))
        await panel.push({"levels": [-60, -20], "playout": ["agent-1", THIRD_WORD_MS]})
        await expect(panel.page.locator(".now")).to_have_text("times")
        moving = await log(panel).evaluate("list => list.getAnimations({ subtree: true }).length")
        assert (moving > 0) == moves


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_part_can_be_read_and_reached(browser: Browser, scheme: str) -> None:
    async with open_panel(browser, scheme=scheme, reduced_motion="reduce") as panel:
        turns = [
            *(tool_turn(status, took_ms=5) for status in ("running", "done", "failed", "dropped")),
            a_turn("agent", "It is", id="agent-2", interrupted=True, rest="noon", latency_ms=700),
            a_turn("user", "what time", settled=False, typed=True),
            a_turn("user", "", settled=False),
            spoken_turn(),
        ]
        await panel.show(a_view("speaking", turns=turns))
        await panel.push({"levels": [-60, -20], "playout": ["agent-1", THIRD_WORD_MS]})
        await panel.button("Show what was not said").click()
        coming = panel.page.locator(".coming")
        await expect(coming).to_have_text(" seven is eighty-four.")
        assert contrast(*await coming.evaluate(LOOKS)) >= 4.5
        assert await grave_faults(panel.page, "#host") == []


def contrast(one: list[int], other: list[int]) -> float:
    """The contrast of two colours by WCAG 2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: list[int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
