"""One call against a scripted agent: what goes over the socket, and what the page is shown."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.fake_browser import fake_browser, tone
from tests.support.scripted_agent import ScriptedAgent, Stage, scripted_agent
from voice.call.call import Call
from voice.call.endpoint import Endpoint
from voice.conversation.view import CallView
from voice.protocol.config import OutputPatch, SessionPatch
from voice.protocol.errors import MediaFailed
from voice.tools import Tool, ToolRunner
from voice.tools.context import ToolContext

pytestmark = pytest.mark.virtual_time

PATCH = SessionPatch(system_prompt="Be brief.", greeting="Hello.", output=OutputPatch(voice="alba"))
SECOND_OF_TONE = base64.b64encode(b"".join(s[::2].tobytes() for s in tone(50))).decode()


class Watched:
    """A running call, and the views it has shown."""

    def __init__(
        self,
        url: str,
        patch: SessionPatch = PATCH,
        tools: Iterable[Tool] = (),
        record_to: Path | None = None,
    ) -> None:
        self.views: list[CallView] = []
        self.shown = asyncio.Condition()
        self.call = Call(
            patch,
            find_agent=self._find(url),
            on_view=self._show,
            loop=asyncio.get_running_loop(),
            tools=ToolRunner(tools, ToolContext()),
            record_to=record_to,
        )
        self.running = asyncio.create_task(self.call.run())

    def _find(self, url: str) -> Callable[[], "asyncio.Future[Endpoint]"]:
        async def find() -> Endpoint:
            return Endpoint(url, "ws://agent.test", key="canary-key")

        return lambda: asyncio.ensure_future(find())

    def _show(self, view: CallView) -> None:
        self.views.append(view)

        async def tell() -> None:
            async with self.shown:
                self.shown.notify_all()

        self.telling = asyncio.ensure_future(tell())

    async def until(self, seen: Callable[[CallView], bool]) -> CallView:
        """Wait for a view, also among those already shown."""
        async with self.shown:
            await self.shown.wait_for(lambda: any(seen(view) for view in self.views))
        return next(view for view in self.views if seen(view))

    async def until_now(self, seen: Callable[[CallView], bool]) -> CallView:
        """Wait until the newest view is like this."""
        async with self.shown:
            await self.shown.wait_for(lambda: seen(self.call.view))
        return self.call.view


@asynccontextmanager
async def call_to(
    script: Callable[[ScriptedAgent], "asyncio.Future[None]"] | object,
    patch: SessionPatch = PATCH,
    tools: Iterable[Tool] = (),
    record_to: Path | None = None,
) -> AsyncIterator[tuple[Watched, Stage]]:
    async with asyncio.timeout(30), scripted_agent(script) as stage:  # type: ignore[arg-type]
        watched = Watched(stage.url, patch, tools, record_to)
        try:
            yield watched, stage
        finally:
            watched.call.hang_up()
            await watched.running


async def polite(agent: ScriptedAgent) -> None:
    await agent.get_ready()
    await agent.end_politely()


async def test_the_configuration_goes_first_and_audio_waits_until_the_session_is_ready() -> None:
    spoken_before_ready = asyncio.Event()

    def speech() -> Iterator[NDArray[np.int16]]:
        for index, samples in enumerate(tone()):
            if index == 20:
                spoken_before_ready.set()
            yield samples

    async def slow(agent: ScriptedAgent) -> None:
        await agent.expect("session.update")
        await spoken_before_ready.wait()
        assert agent.of_type("input.audio") == []
        await agent.get_ready()
        await agent.expect("input.audio", 10)
        await agent.end_politely()

    async with call_to(slow) as (watched, stage), fake_browser(watched.call, speech()):
        await watched.until(lambda view: view.state == "listening")
        first, *_ = stage.agents[0].received
        assert first == {
            "type": "session.update",
            "session": {"system_prompt": "Be brief.", "greeting": "Hello.", "output": {"voice": "alba"}},
        }
        assert stage.authorizations == ["Bearer canary-key"]
        chunks = await stage.agents[0].expect("input.audio", 10)
    assert {len(base64.b64decode(chunk["audio"])) for chunk in chunks} == {960}


async def test_hanging_up_ends_the_session_before_the_socket_closes() -> None:
    async with call_to(polite) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        watched.call.hang_up()
        await watched.running
        assert stage.agents[0].received[-1] == {"type": "session.end"}
    assert watched.call.over
    assert watched.call.view.state == "ended"
    assert watched.call.view.failure is None


async def test_an_agent_that_never_confirms_the_end_does_not_hold_the_call() -> None:
    async def deaf(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.socket.wait_closed()

    async with call_to(deaf) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        watched.call.hang_up()
        await watched.until(lambda view: view.state == "ended")
        # The page then lets go of the microphone, maybe two seconds before the socket closes.
        assert watched.call.over
        await watched.running
        assert len(stage.agents[0].of_type("session.end")) == 1
    assert watched.call.view.state == "ended"


async def test_a_microphone_that_ends_ends_the_session_politely() -> None:
    async with call_to(polite) as (watched, stage), fake_browser(watched.call, tone(30)):
        await watched.running
        assert len(stage.agents[0].of_type("session.end")) == 1
    assert watched.call.over


async def test_after_lost_media_the_agents_goodbye_is_awaited_before_the_socket_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    close_codes: list[int | None] = []

    async def confirming(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.expect("session.end")
        await agent.say("session.ended", session_duration_seconds=1.0, audio_duration_seconds=None)
        close_codes.append(agent.socket.close_code)
        await agent.socket.wait_closed()

    async with call_to(confirming) as (watched, _), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        monkeypatch.setattr("voice.call.call.MEDIA_LOST_TIMEOUT_S", -1.0)
        await watched.running
    assert close_codes == [None], "the socket was closed before the agent could say goodbye"
    failure = watched.call.view.failure
    assert failure is not None
    assert "stopped arriving" in failure.sentence


async def test_a_crash_inside_parley_still_ends_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    async with call_to(polite) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")

        def broken(*_: object) -> None:
            raise RuntimeError("broken on purpose")

        monkeypatch.setattr(watched.call, "_media_failure", broken)
        await watched.running
        await stage.agents[0].expect("session.end")
    assert watched.call.view.state == "error"


async def test_a_refused_key_is_said_once_and_not_tried_again() -> None:
    async def refusing(agent: ScriptedAgent) -> None:
        await agent.say("session.error", code="unauthorized", message="Authentication failed")
        await agent.socket.close(1008)

    async with call_to(refusing) as (watched, stage), fake_browser(watched.call):
        await watched.running
        assert len(stage.agents) == 1
    failure = watched.call.view.failure
    assert failure is not None
    assert failure.sentence == f"The agent at {stage.url} refused the key in ASSEMBLYAI_API_KEY."
    assert not any("canary-key" in repr(view) for view in watched.views)


async def test_an_unknown_voice_is_named_with_the_valid_ones() -> None:
    async def refusing(agent: ScriptedAgent) -> None:
        await agent.expect("session.update")
        await agent.say(
            "session.error",
            code="invalid_value",
            message="Invalid voice 'alba'. Must be one of: anna, vera",
            param="output.voice",
        )
        await agent.socket.close(1008)

    async with call_to(refusing) as (watched, _), fake_browser(watched.call):
        await watched.running
    view = watched.call.view
    assert view.failure is not None
    assert "alba" in view.failure.sentence
    assert "anna, vera" in view.failure.next_step
    assert view.valid_voices == ("anna", "vera")


async def test_an_address_nobody_answers_is_named() -> None:
    watched = Watched("ws://127.0.0.1:9/v1/ws")
    await watched.running
    failure = watched.call.view.failure
    assert failure is not None
    assert "ws://agent.test" in failure.sentence
    assert "did not start" in failure.sentence


async def test_media_that_never_connects_points_to_a_turn_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice.call.call._MEDIA_CONNECT_TIMEOUT_S", 0.0)
    async with call_to(polite) as (watched, _):
        await watched.running
    failure = watched.call.view.failure
    assert failure is not None
    assert "TURN" in failure.next_step
    assert "VOICE_ICE_SERVERS" in failure.next_step


async def test_media_that_says_it_plays_but_sends_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voice.call.call.FIRST_FRAME_TIMEOUT_S", 0.0)
    async with call_to(polite) as (watched, _):
        watched.call.media_playing()
        await watched.running
    failure = watched.call.view.failure
    assert failure is not None
    assert "no sound arrives" in failure.sentence


async def test_a_call_that_lost_its_microphone_ends_with_the_reason() -> None:
    async with call_to(polite) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        watched.call.fail(MediaFailed("No microphone was found.", "Plug one in."))
        await watched.running
        await stage.agents[0].expect("session.end")
    failure = watched.call.view.failure
    assert failure is not None
    assert failure.sentence == "No microphone was found."


async def test_muted_sends_silence_at_the_same_pace_and_nothing_else() -> None:
    async with call_to(polite) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        agent = stage.agents[0]
        await agent.expect("input.audio", 5)
        watched.call.set_muted(True)
        view = await watched.until(lambda view: view.muted)
        assert view.muted
        # What was queued before the click may still come: at most the whole queue.
        sent_before = len(agent.of_type("input.audio")) + 10
        chunks = await agent.expect("input.audio", sent_before + 25)
        muted = [base64.b64decode(chunk["audio"]) for chunk in chunks[sent_before:]]
        assert all(chunk == bytes(960) for chunk in muted)
        watched.call.set_muted(False)
        await watched.until_now(lambda view: not view.muted)
        later = await agent.expect("input.audio", len(chunks) + 40)
        assert any(any(base64.b64decode(chunk["audio"])) for chunk in later[len(chunks) :])


async def test_a_malformed_unknown_or_huge_message_is_counted_and_the_call_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("voice.call.link._MAX_MESSAGE_BYTES", 100_000)

    async def rude(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.say_text("not JSON")
        await agent.say_text("[]")
        await agent.say("tool.call", call_id=None)
        await agent.say("reply.content_part.started")
        await agent.say_text('{"type": "transcript.user", "text": "' + "x" * 200_000 + '"}')
        await agent.say("transcript.user", item_id="msg_1", text="still here")
        await agent.end_politely()

    async with call_to(rude) as (watched, _), fake_browser(watched.call):
        view = await watched.until(lambda view: [turn.text for turn in view.turns] == ["still here"])
        assert view.ignored == 5
        assert view.failure is None


async def test_barge_in_silences_the_reply_and_late_audio_of_it() -> None:
    go_on = asyncio.Event()

    async def interrupted(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.say("reply.started", reply_id="resp_1", item_id="msg_1")
        await agent.say("reply.audio", reply_id="resp_1", data=SECOND_OF_TONE)
        await go_on.wait()
        await agent.say("input.speech.started")
        await agent.say("reply.audio", reply_id="resp_1", data=SECOND_OF_TONE)
        await agent.say("reply.done", reply_id="resp_1", status="interrupted")
        await agent.end_politely()

    async with call_to(interrupted) as (watched, _), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "speaking")
        turn_id, played_ms = watched.call.playout or ("", 0)
        assert (turn_id, 0 < played_ms <= 1_000) == ("agent-1", True)
        go_on.set()
        await watched.until_now(lambda view: view.state == "hearing")
        assert watched.call._reply.queued_ms == 0
        assert watched.call.playout is None


async def test_a_change_of_the_prompt_is_pending_until_the_agent_confirms_it() -> None:
    confirm = asyncio.Event()

    async def confirming(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.expect("session.update", 2)
        await confirm.wait()
        await agent.say("session.updated", config={"system_prompt": "Be long."})
        await agent.end_politely()

    async with call_to(confirming) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        watched.call.want(
            SessionPatch(system_prompt="Be long.", greeting="Hello.", output=OutputPatch(voice="vera"))
        )
        view = await watched.until_now(
            lambda view: (
                "system_prompt" in view.settings and view.settings["system_prompt"].status == "pending"
            )
        )
        assert view.settings["output.voice"].status == "next_call"
        confirm.set()
        await watched.until_now(lambda view: view.settings["system_prompt"].status == "applied")
        _, update = stage.agents[0].of_type("session.update")
    assert update["session"] == {"system_prompt": "Be long."}
