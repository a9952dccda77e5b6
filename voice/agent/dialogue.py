"""Who speaks when: the person's turns, the agent's replies, and what waits for its moment.

Owns the floor and the reply under way. It never touches audio or the socket: the listener
calls in, replies and events go out through what it was given.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, Literal

from voice.agent.brain.base import Brain, CallTool, Conversation
from voice.agent.clock import Clock
from voice.agent.memory import Memory
from voice.agent.quirks import Quirks
from voice.agent.reply import Kind, Reply, Stage
from voice.agent.session_config import SessionConfig
from voice.agent.tool_calls import Answer, ToolCalls
from voice.protocol.server_events import (
    InputSpeechStarted,
    InputSpeechStopped,
    ToolCall,
    TranscriptUser,
    TranscriptUserDelta,
)
from voice.protocol.typed_text import text_in

log = logging.getLogger(__name__)

_MAX_HELD_TURNS: Final = 50

Lines = Callable[[str], AsyncGenerator[str, None]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A reply that will be made when the floor is free. One of each kind at most: a newer one replaces it."""

    kind: Kind
    instructions: str | None = None


class Dialogue:
    """The turns of one session. All methods run on the event loop and return at once.

    Args:
        config: the session's configuration now; a reply takes the one it starts with.
        on_floor: called when the agent starts or stops speaking.
        foresee: called with what the brain may soon be asked.
    """

    def __init__(
        self,
        *,
        brain: Brain,
        config: Callable[[], SessionConfig],
        stage: Stage,
        quirks: Quirks,
        clock: Clock,
        on_floor: Callable[[], None],
        foresee: Callable[[Conversation], None],
    ) -> None:
        self._brain = brain
        self._config = config
        self._stage = stage
        self._quirks = quirks
        self._clock = clock
        self._on_floor = on_floor
        self._foresee = foresee
        self._memory = Memory()
        self._held_turns: deque[TranscriptUser] = deque(maxlen=_MAX_HELD_TURNS)
        self._tools = ToolCalls()
        self._waiting: dict[Kind, _Waiting] = {}
        self._reply: Reply | None = None
        self._task: asyncio.Task[None] | None = None
        self._answered = asyncio.Event()
        self._present = True
        self._user_item: str | None = None
        self._stopped_at: float | None = None

    @property
    def speaking(self) -> Kind | None:
        """What kind of reply is being spoken, if any."""
        return self._reply.kind if self._reply and not self._reply.spoken else None

    # What the person does

    def user_started(self) -> None:
        """The person's turn has begun."""
        self._user_item = f"msg_{secrets.token_hex(16)}"
        self._stage.send(InputSpeechStarted())

    def user_partial(self, text: str) -> None:
        """The words of the open turn so far."""
        if self._user_item and not self._tools.holding:
            self._stage.send(TranscriptUserDelta(item_id=self._user_item, text=text))

    def user_pauses(self, text: str) -> None:
        """The person is silent, and this is the turn if it is over: time to think ahead."""
        if self._reply is None and self._user_item and not self._tools.holding:
            self._foresee(self._memory.conversation(self._config(), words=text))

    def user_stopped(self) -> None:
        """The person's turn is over; its words follow."""
        self._stopped_at = asyncio.get_running_loop().time()
        self._stage.send(InputSpeechStopped())

    def user_said(self, text: str) -> None:
        """The words of the turn just over. None, as with a cough, ask for no reply."""
        item_id, self._user_item = self._user_item or f"msg_{secrets.token_hex(16)}", None
        if text:
            turn = TranscriptUser(item_id=item_id, text=text)
            if self._tools.holding:
                self._held_turns.append(turn)
            else:
                self._take_turn(turn)
                self._waiting["turn"] = _Waiting("turn")
        self._next()

    def barge_in(self) -> None:
        """The person has taken the floor."""
        if self._reply is not None:
            self._cut(self._reply)

    # What the client asks for

    def greet(self, text: str) -> None:
        """Speak fixed words, not through the brain."""
        self._start("greeting", _fixed(text))

    def notice(self, text: str) -> None:
        """Speak fixed words about the agent's own state when the floor is free."""
        if self._reply is None:
            self._start("notice", _fixed(text))
        else:
            self._waiting["notice"] = _Waiting("notice", text)

    def create(self, instructions: str | None) -> None:
        """Reply now. Takes the place of a greeting; waits for any other reply and for an open turn.

        Instructions that quote what the person typed are a turn of theirs.
        """
        typed = text_in(instructions or "")
        if typed is not None:
            self._memory.user_typed(typed)
            instructions = None
        self._waiting["create"] = _Waiting("create", instructions)
        if self._reply is not None and self._reply.kind == "greeting":
            self._cut(self._reply)
        self._next()

    def cancel(self, reply_id: str) -> bool:
        """Cut this reply. False when it is not the one under way."""
        if self._reply is None or self._reply.reply_id != reply_id:
            return False
        self._cut(self._reply)
        self._next()
        return True

    def inject(self, role: Literal["user", "system"], content: str) -> None:
        """Take context without replying: the person's words, or a note behind the system prompt."""
        if not self._quirks.inject_messages:
            return
        if role == "user":
            self._memory.user_said(content)
        else:
            self._memory.note(content)

    def tool_result(self, call_id: str, result: str, *, is_error: bool) -> Answer:
        """Take the answer to a `tool.call`."""
        answer = self._tools.answer(call_id, result, is_error=is_error)
        if answer is Answer.TAKEN:
            self._answers_came()
        return answer

    def sweep(self) -> list[str]:
        """Give up on tools that took too long; returns the ids of their calls. To be called now and then."""
        late = self._tools.expire(self._clock.monotonic())
        if late:
            log.info("session %s: %d tool call(s) timed out", self._stage.session_id, len(late))
            self._answers_came()
        return late

    def hush(self) -> None:
        """Stop speaking and forget the open turn: the client is gone, perhaps for a moment only."""
        self._present = False
        self._user_item = None
        if self._reply is not None:
            self._cut(self._reply, abandon_tools=False)

    def resume(self) -> None:
        """The client is back: say what came due meanwhile."""
        self._present = True
        self._next()

    # Replies

    def _take_turn(self, turn: TranscriptUser) -> None:
        self._stage.send(turn)
        self._memory.user_said(turn.text)

    def _answers_came(self) -> None:
        self._answered.set()
        if not self._tools.holding:
            while self._held_turns:
                self._take_turn(self._held_turns.popleft())
        self._collect_answers()
        self._next()

    def _collect_answers(self) -> None:
        # Not while the calling reply still speaks: its words belong before the answer.
        if self._reply is None:
            answers = self._tools.take_answers()
            self._memory.tools_said(answers)
            if answers:
                self._waiting["tool"] = _Waiting("tool")

    def _next(self) -> None:
        """Start what waits longest, if the floor is free."""
        self._collect_answers()
        taken = self._reply is not None or self._user_item is not None
        if taken or not self._present or not self._waiting:
            return
        waiting = self._waiting.pop(next(iter(self._waiting)))
        if waiting.kind == "notice":
            self._start("notice", _fixed(waiting.instructions or ""))
            return
        if waiting.kind != "create":
            # One reply answers all that was said and all that tools returned.
            self._waiting.pop("turn", None)
            self._waiting.pop("tool", None)
        self._start(waiting.kind, lambda reply_id: self._lines(reply_id, waiting.instructions))

    def _start(self, kind: Kind, lines: Lines) -> None:
        reply = Reply(kind, self._stage, lines)
        self._reply = reply
        self._on_floor()
        reply.begin()
        self._task = asyncio.create_task(self._run(reply))

    async def _run(self, reply: Reply) -> None:
        try:
            await reply.run()
            self._on_floor()
            await reply.conclude()
        except Exception:
            log.exception("session %s: reply %s broke off", self._stage.session_id, reply.reply_id)
        self._log_latency(reply)
        self._over(reply.text)
        self._next()

    def _cut(self, reply: Reply, *, abandon_tools: bool = True) -> None:
        if self._task is not None:
            self._task.cancel()
        heard = reply.cut()
        if abandon_tools and not reply.spoken:
            self._tools.abandon(reply.reply_id)
        self._over(heard)

    def _over(self, heard: str) -> None:
        self._reply = self._task = None
        self._memory.agent_said(heard)
        self._on_floor()

    def _log_latency(self, reply: Reply) -> None:
        if reply.kind == "turn" and self._stopped_at is not None and reply.first_speech_at is not None:
            wait_ms = (reply.first_speech_at - self._stopped_at) * 1000
            log.info("session %s: %.0f ms from end of turn to speech", self._stage.session_id, wait_ms)

    async def _lines(self, reply_id: str, instructions: str | None) -> AsyncGenerator[str, None]:
        """What the brain wants said, line by line; its tool calls are sent on the way."""
        called = False
        conversation = self._memory.conversation(self._config(), instructions=instructions)
        async with aclosing(self._brain.reply(conversation)) as items:
            async for item in items:
                if isinstance(item, CallTool):
                    called = self._call(reply_id, item) or called
                else:
                    yield item.text
        if called:
            await self._hold_for_answers(reply_id)

    def _call(self, reply_id: str, item: CallTool) -> bool:
        tool = next((tool for tool in self._config().tools if tool.name == item.name), None)
        if tool is None or self._tools.full:
            log.warning("session %s: a tool call could not be made", self._stage.session_id)
            return False
        call_id = self._tools.open(reply_id, tool, item.arguments, self._clock.monotonic())
        self._stage.send(ToolCall(call_id=call_id, name=item.name, arguments=dict(item.arguments)))
        return True

    async def _hold_for_answers(self, reply_id: str) -> None:
        try:
            async with asyncio.timeout(self._quirks.tool_hold_ms / 1000):
                while not self._tools.all_answered(reply_id):
                    self._answered.clear()
                    await self._answered.wait()
        except TimeoutError:
            return


def _fixed(text: str) -> Lines:
    async def lines(_reply_id: str) -> AsyncGenerator[str, None]:
        yield text

    return lines
