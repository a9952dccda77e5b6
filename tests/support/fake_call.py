"""A switchboard and calls without sockets, for what sits above them: lines, the live route, the pages."""

import time
from typing import cast

from voice.audio.media_leg import MediaLeg
from voice.call.call import Call, OnView
from voice.call.event_log import EventLog
from voice.call.figures import Figures
from voice.call.redaction import Redactor
from voice.conversation.view import CallView, view_of
from voice.protocol.config import SessionPatch
from voice.protocol.errors import CallRefused, VoiceAgentError
from voice.protocol.limits import Limits
from voice.protocol.session import new_session
from voice.tools import ToolRunner

LEVELS_DBFS = (-21.4, -60.0)


class FakeCall:
    """Keeps what it was told to do, as `(verb, argument)`. It shows a view and ends when a test says so."""

    def __init__(
        self,
        patch: SessionPatch,
        on_view: OnView,
        tools: ToolRunner,
        *,
        sample: bool = False,
        record: bool = False,
    ) -> None:
        self.patch = patch
        self.record = record
        self.owner = self.persona = ""
        self.tools = tools
        self.sample = sample
        self.show = on_view
        self.over = False
        self.levels_dbfs = LEVELS_DBFS
        self.playout: tuple[str, int] | None = None
        self.media = MediaLeg()
        self.figures = Figures()
        self.log = EventLog(Redactor(()), clock=time.time)
        self.told: list[tuple[str, object]] = []

    def hang_up(self) -> None:
        self.told.append(("hang_up", None))

    def fail(self, error: VoiceAgentError) -> None:
        self.told.append(("fail", error.sentence))

    def set_muted(self, muted: bool) -> None:
        self.told.append(("set_muted", muted))

    def set_agent_muted(self, muted: bool) -> None:
        self.told.append(("set_agent_muted", muted))

    def want(self, patch: SessionPatch) -> None:
        self.told.append(("want", patch))

    def say(self, text: str) -> None:
        self.told.append(("say", text))

    def limit(self, limits: Limits) -> None:
        self.limits = limits

    def stay(self) -> None:
        self.told.append(("stay", None))

    def restart(self) -> None:
        self.told.append(("restart", None))

    def begin(self) -> None:
        """Show the first view, as a call does as soon as it runs."""
        self.show(view_of(new_session(self.patch)))

    def end(self, view: CallView | None = None) -> None:
        """Be over, and show the last view."""
        self.over = True
        if view is not None:
            self.show(view)


class FakeSwitchboard:
    """Places fake calls until it is told that all lines are busy."""

    uses_local_agent = False

    def __init__(self) -> None:
        self.calls: list[FakeCall] = []
        self.busy = False

    def place(
        self,
        patch: SessionPatch,
        on_view: OnView,
        tools: ToolRunner,
        *,
        sample: bool = False,
        record: bool = False,
        owner: str = "",
        persona: str = "",
    ) -> Call:
        if self.busy:
            raise CallRefused("All 1 lines are busy.", "Wait until a call has ended.")
        self.calls.append(FakeCall(patch, on_view, tools, sample=sample, record=record))
        self.calls[-1].owner, self.calls[-1].persona = owner, persona
        return cast("Call", self.calls[-1])
