"""One call whose socket breaks, or whose session is replaced, against a scripted agent."""

import asyncio
import base64
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.call.test_call import SECOND_OF_TONE, Watched, call_to
from tests.support.fake_browser import FRAME_SAMPLES, fake_browser
from tests.support.scripted_agent import SESSION_ID, ScriptedAgent, Stage
from voice.protocol.config import OutputPatch, SessionPatch
from voice.protocol.limits import Limits

pytestmark = pytest.mark.virtual_time


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts without waiting: how long they wait is the session's business and tested there."""
    monkeypatch.setattr("voice.protocol.resuming.WAITS_S", (0.0,))


# A resume token as the agent gives it. It must show up nowhere.
TOKEN = "canary-resume-token-0123456789abcdef"  # noqa: S105  (no secret)
SECOND_ID = "sess_" + "1" * 32


class Acts:
    """What the agent does on its first connection, its second, and so on."""

    def __init__(self, *acts: object) -> None:
        self._acts = list(acts)

    async def __call__(self, agent: ScriptedAgent) -> None:
        await self._acts.pop(0)(agent)  # type: ignore[operator]


async def drop(agent: ScriptedAgent) -> None:
    await agent.expect("session.update")
    await agent.say("session.ready", session_id=SESSION_ID, config={}, expires_at=0, resume_token=TOKEN)
    await agent.expect("input.audio")
    agent.socket.transport.abort()


async def give_back(agent: ScriptedAgent) -> None:
    await agent.expect("session.resume")
    await agent.say("session.ready", session_id=SESSION_ID, config={}, expires_at=0, resume_token=TOKEN)
    await agent.end_politely()


async def no_answer(agent: ScriptedAgent) -> None:
    agent.socket.transport.abort()


async def test_a_dropped_session_goes_on_over_another_socket() -> None:
    async with call_to(Acts(drop, no_answer, give_back)) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "reconnecting")
        view = await watched.until_now(lambda view: view.state == "listening" and bool(view.notices))
        assert view.notices[0].sentence.startswith("Reconnected. The agent heard nothing for")
        agent = stage.agents[2]
        await agent.expect("input.audio", 5)
        assert agent.received[0] == {"type": "session.resume", "session_id": SESSION_ID}
        assert agent.of_type("session.update") == []
        # The attempt with the token got no answer, so the key was next.
        assert stage.authorizations == ["Bearer canary-key", f"Bearer {TOKEN}", "Bearer canary-key"]
        assert [v.reconnect.attempt for v in watched.views if v.reconnect][-1] == 2
    assert watched.call.view.state == "ended"


async def test_what_is_said_in_the_gap_is_not_sent_late() -> None:
    loud, quiet = np.full(FRAME_SAMPLES, 8_000, np.int16), np.zeros(FRAME_SAMPLES, np.int16)
    dropped, gap_over = asyncio.Event(), asyncio.Event()

    def speech() -> Iterator[NDArray[np.int16]]:
        while not dropped.is_set():
            yield quiet
        # Far more than the microphone's queue holds, then silence until no loud frame is on its way.
        yield from [loud] * 40
        yield from [quiet] * 20
        gap_over.set()
        while True:
            yield quiet

    async def dropping(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.expect("input.audio")
        dropped.set()
        agent.socket.transport.abort()

    async def late(agent: ScriptedAgent) -> None:
        await agent.expect("session.resume")
        await gap_over.wait()
        assert agent.of_type("input.audio") == []
        await agent.say("session.ready", session_id=SESSION_ID, config={})
        await agent.expect("input.audio", 10)
        await agent.end_politely()

    async with call_to(Acts(dropping, late)) as (watched, stage), fake_browser(watched.call, speech()):
        await watched.until(lambda view: view.state == "reconnecting")
        await gap_over.wait()
        await watched.until_now(lambda view: view.state == "listening")
        chunks = await stage.agents[1].expect("input.audio", 10)
        sent = np.frombuffer(b"".join(base64.b64decode(chunk["audio"]) for chunk in chunks), "<i2")
        assert np.abs(sent).max() < 1_000


async def test_hanging_up_while_reconnecting_opens_no_further_socket() -> None:
    waiting = asyncio.Event()

    async def never(agent: ScriptedAgent) -> None:
        await agent.expect("session.resume")
        waiting.set()
        await agent.expect("session.end")
        await agent.say("session.ended", session_duration_seconds=1.0)
        await agent.socket.close()

    async with call_to(Acts(drop, never)) as (watched, stage), fake_browser(watched.call):
        await waiting.wait()
        watched.call.hang_up()
        await watched.running
        assert len(stage.agents) == 2
    assert watched.call.view.state == "ended"
    assert watched.call.view.failure is None


async def refuse(agent: ScriptedAgent) -> None:
    """As the service was seen to refuse each resume."""
    await agent.expect("session.resume")
    await agent.say("session.error", code="session_not_found", message="Session not found", param=None)
    await agent.socket.close(1008)


async def test_a_resume_refused_as_the_service_does_is_followed_by_a_new_session_with_the_conversation() -> (
    None
):
    async def talking(agent: ScriptedAgent) -> None:
        await agent.expect("session.update")
        await agent.say("session.ready", session_id=SESSION_ID, config={}, resume_token=TOKEN)
        await agent.say("transcript.user", item_id="msg_1", text="My name is Ada.")
        await agent.expect("input.audio")
        agent.socket.transport.abort()

    async def second(agent: ScriptedAgent) -> None:
        await agent.expect("session.update")
        await agent.say("session.updated", config={})
        await agent.say("session.ready", session_id=SECOND_ID, config={}, expires_at=0, resume_token="")
        await agent.say("reply.started", reply_id="resp_1", item_id="msg_2")
        await agent.say("reply.audio", reply_id="resp_1", data=SECOND_OF_TONE)
        await agent.say("transcript.agent", reply_id="resp_1", text="Ada.", interrupted=False)
        await agent.say("reply.done", reply_id="resp_1", status="completed")
        await agent.end_politely()

    async with (
        call_to(Acts(talking, refuse, refuse, second)) as (watched, stage),
        fake_browser(watched.call),
    ):
        view = await watched.until_now(lambda view: len(view.turns) == 2 and view.state == "speaking")
        assert stage.authorizations == [
            "Bearer canary-key",
            f"Bearer {TOKEN}",
            "Bearer canary-key",
            "Bearer canary-key",
        ]
        assert [turn.text for turn in view.turns] == ["My name is Ada.", "Ada."]
        assert (view.failure, view.session_id) == (None, SECOND_ID)
        (notice,) = view.notices
        assert notice.sentence.startswith(
            "Reconnected in a new session that continues the conversation. The agent heard nothing for"
        )
        session = stage.agents[3].received[0]["session"]
        assert session["system_prompt"].endswith("> Person: My name is Ada.")
        assert "greeting" not in session
        await stage.agents[3].expect("input.audio", 5)
    assert watched.call.view.state == "ended"
    assert TOKEN not in repr(watched.views)
    log = "".join(entry.json + entry.summary for entry in watched.call.log.changes().entries)
    assert "session.resume" in log
    assert TOKEN not in log


async def test_a_session_lost_for_good_ends_the_call_and_the_transcript_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("voice.protocol.resuming.SHORT_LIFE_S", 60.0)

    async def dropping(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        if len(stage.agents) == 1:
            await agent.say("transcript.user", item_id="msg_1", text="go forward ten meters")
        await agent.expect("input.audio")
        await agent.socket.close(1011, "broken")

    async def any_of_them(agent: ScriptedAgent) -> None:
        await agent.expect_any()
        await (refuse if agent.of_type("session.resume") else dropping)(agent)

    async with call_to(any_of_them) as (watched, stage), fake_browser(watched.call):
        await watched.running
    failure = watched.call.view.failure
    assert failure is not None
    assert failure.sentence == "The connection to the agent was lost (broken)."
    assert [turn.text for turn in watched.call.view.turns] == ["go forward ten meters"]


async def test_a_restart_ends_one_session_and_opens_another_over_the_same_audio() -> None:
    async def first(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.say("transcript.user", item_id="msg_1", text="I am Ada.")
        await agent.end_politely()

    async def second(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.expect("input.audio", 5)
        await agent.end_politely()

    async with call_to(Acts(first, second)) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening" and bool(view.turns))
        await said_both(watched, stage)
        view = await watched.until_now(lambda view: view.state == "listening")
        assert view.settings["output.voice"].status == "applied"
        assert [turn.text for turn in view.turns] == ["I am Ada."]
        assert stage.agents[0].received[-1] == {"type": "session.end"}
        session = stage.agents[1].received[0]["session"]
        assert session["output"] == {"voice": "vera"}
        assert session["system_prompt"].endswith("> Person: I am Ada.")
        await stage.agents[1].expect("input.audio", 5)


async def said_both(watched: Watched, stage: Stage) -> None:
    """Want another voice, restart, and wait until the second session is ready."""
    watched.call.want(
        SessionPatch(system_prompt="Be brief.", greeting="Hello.", output=OutputPatch(voice="vera"))
    )
    await watched.until_now(lambda view: view.settings["output.voice"].status == "next_call")
    watched.call.restart()
    async with stage.connected:
        await stage.connected.wait_for(lambda: len(stage.agents) == 2)


async def test_a_typed_text_reaches_the_agent_as_a_message_and_a_request_for_a_reply() -> None:
    async def asked(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.expect("reply.create")
        await agent.end_politely()

    async with call_to(asked) as (watched, stage), fake_browser(watched.call):
        await watched.until(lambda view: view.state == "listening")
        watched.call.say("what is two plus two")
        (create,) = await stage.agents[0].expect("reply.create")
        (message,) = stage.agents[0].of_type("conversation.message")
        assert "what is two plus two" in create["instructions"]
        assert (message["role"], message["content"]) == ("user", "what is two plus two")


async def test_a_call_ends_by_itself_at_its_limit_with_a_word_about_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("voice.protocol.closing.WARN_S", 0.5)

    async def polite(agent: ScriptedAgent) -> None:
        await agent.get_ready()
        await agent.end_politely()

    async with call_to(polite) as (watched, _), fake_browser(watched.call):
        watched.call.limit(Limits(idle_s=0.6, cap_s=0.0))
        await watched.until(lambda view: view.closing is not None and view.closing.reason == "idle")
        await watched.running
    assert watched.call.view.state == "ended"
    assert "nobody spoke" in watched.call.view.notices[-1].sentence
