"""One browser tab's place on the switchboard: what it wants, its call if there is one, and who watches.

A line outlives its calls, so that the transcript stays on the page after a call has ended.
"""

import math
import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from voice.audio.levels import SILENCE_DBFS
from voice.audio.media_readings import BrowserMedia
from voice.call.call import Call, OnView
from voice.call.event_log import EventLog
from voice.call.figures import Figures
from voice.conversation.view import CallView, view_of
from voice.protocol import inputs
from voice.protocol.config import SessionPatch
from voice.protocol.dials import DIALS, is_possible, turned
from voice.protocol.errors import VoiceAgentError
from voice.protocol.limits import Limits
from voice.protocol.session import new_session, step
from voice.tools.catalogue import catalogue
from voice.tools.context import ToolContext
from voice.tools.notes import Notes
from voice.tools.past_calls import NoPastCalls, PastCalls
from voice.tools.runner import ToolRunner

Watcher = Callable[[CallView], None]


class PlacesCalls(Protocol):
    """What a line needs of the switchboard."""

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
        """Start a call. Raises `CallRefused` when all lines are busy."""
        ...


class Line:
    """Thread-safe: used by the script thread, the live route and the call loop."""

    def __init__(
        self, switchboard: PlacesCalls, *, owner: str = "", past_calls: PastCalls | None = None
    ) -> None:
        """`owner` is whose calls it makes; `past_calls` are what the agent may look up of theirs."""
        self._switchboard = switchboard
        self._owner = owner
        self._lock = threading.Lock()
        self._watchers: set[Watcher] = set()
        # What the controls ask for, and the same with the dials in it.
        self._asked = SessionPatch()
        self._patch = SessionPatch()
        self._turned: dict[str, float] = {}
        self._used_dials: frozenset[str] = frozenset()
        self._limits = Limits()
        self._record = False
        self._persona = ""
        self._call: Call | None = None
        # Whose views are shown.
        self._shown: object = None
        self._view = view_of(None)
        self._notes = Notes()
        self._tools = ToolRunner(catalogue(), ToolContext(self._notes, past_calls or NoPastCalls()))
        # Unguessable: it is what lets a page watch and steer this line.
        self.token = secrets.token_urlsafe(32)

    @property
    def call(self) -> Call | None:
        """The call of this line, until it is over."""
        call = self._call
        return call if call is not None and not call.over else None

    @property
    def view(self) -> CallView:
        """What the page shows: of the call, or of the last one."""
        return self._view

    @property
    def patch(self) -> SessionPatch:
        """The configuration that the sidebar last asked for."""
        return self._patch

    @property
    def recorded(self) -> bool:
        """Whether the call is recorded, or the next one will be."""
        return self._record

    @property
    def log(self) -> EventLog | None:
        """What the call sent, received and decided; of the last one until the next begins."""
        call = self._call
        return call.log if call is not None else None

    @property
    def levels_dbfs(self) -> tuple[float, float]:
        """Loudness of the person and of the agent; silence outside calls."""
        call = self.call
        return call.levels_dbfs if call else (SILENCE_DBFS, SILENCE_DBFS)

    @property
    def playout(self) -> tuple[str, int] | None:
        """The turn whose reply is being played and the milliseconds of it that were pulled, if any is."""
        call = self.call
        return call.playout if call else None

    @property
    def figures(self) -> Figures:
        """Latency and network of the call, or of the last one; nothing known before the first."""
        call = self._call
        return call.figures if call else Figures()

    @property
    def dials(self) -> dict[str, float]:
        """Where every dial of `voice.protocol.dials` stands."""
        return {name: self._turned.get(name, dial.start) for name, dial in DIALS.items()}

    def want(self, patch: SessionPatch, dials: Collection[str] = ()) -> None:
        """Take over the configuration of the sidebar, for the call that runs and for the next.

        Those of `dials` that were ever turned are put into it.
        """
        with self._lock:
            self._asked, self._used_dials = patch, frozenset(dials)
        self._want_all()

    def turn(self, values: Mapping[str, float]) -> None:
        """Turn dials. What is no dial, no number, or impossible beside the other dials changes nothing."""
        if not all(name in DIALS and math.isfinite(value) for name, value in values.items()):
            return
        with self._lock:
            turned_now = self._turned | {name: DIALS[name].nearest(value) for name, value in values.items()}
            if not is_possible({other: turned_now.get(other, DIALS[other].start) for other in DIALS}):
                return
            self._turned = turned_now
        self._want_all()

    def _want_all(self) -> None:
        with self._lock:
            used = {name: value for name, value in self._turned.items() if name in self._used_dials}
            patch = turned(self._asked, used)
            if patch == self._patch:
                return
            self._patch = patch
        call = self.call
        if call is not None:
            call.want(patch)

    def connect(self, *, sample: bool = False) -> None:
        """Start a call unless one runs; in a `sample` call a recorded person speaks.

        What prevents it is shown, not raised.
        """
        with self._lock:
            if self.call is not None:
                return
            self._notes.clear()
            try:
                self._call = self._switchboard.place(
                    self._patch,
                    self._shown_from_now_on(),
                    self._tools,
                    sample=sample,
                    record=self._record,
                    owner=self._owner,
                    persona=self._persona,
                )
            except VoiceAgentError as error:
                refusal = error
            else:
                self._call.limit(self._limits)
                return
        self.fail(refusal)

    def hang_up(self) -> None:
        """End the call, if there is one."""
        call = self.call
        if call is not None:
            call.hang_up()

    def set_muted(self, muted: bool) -> None:
        """Mute or unmute the microphone of the call."""
        call = self.call
        if call is not None:
            call.set_muted(muted)

    def set_agent_muted(self, muted: bool) -> None:
        """Mute or unmute the agent's sound in the call."""
        call = self.call
        if call is not None:
            call.set_agent_muted(muted)

    def say(self, text: str) -> None:
        """Put a typed text to the agent of the call."""
        call = self.call
        if call is not None:
            call.say(text)

    def limit(self, limits: Limits) -> None:
        """Take over how long a call may go on by itself, for the call that runs and for the next."""
        with self._lock:
            if limits == self._limits:
                return
            self._limits = limits
        call = self.call
        if call is not None:
            call.limit(limits)

    def record(self, wanted: bool) -> None:
        """Whether the next call is to be recorded."""
        self._record = wanted

    def name_persona(self, name: str) -> None:
        """Which persona the next call begins with, as History will tell."""
        self._persona = name

    def stay(self) -> None:
        """Put off the end that a limit has announced."""
        call = self.call
        if call is not None:
            call.stay()

    def restart(self) -> None:
        """Go on in a new session with everything wanted now, keeping the conversation."""
        call = self.call
        if call is not None:
            call.restart()

    def note_media(self, media: BrowserMedia) -> None:
        """What the page found out about its audio connection. On aiortc's loop only."""
        call = self.call
        if call is not None:
            call.media.note(media)

    def fail(self, error: VoiceAgentError) -> None:
        """Show why no call could start. A call that runs is left alone."""
        if self.call is None:
            self._notes.clear()
            session, _ = step(new_session(self._patch), inputs.Failed(error), time.time())
            self._shown_from_now_on()(view_of(session))

    def break_off(self, error: VoiceAgentError) -> None:
        """End the call because of `error`, if there is one."""
        call = self.call
        if call is not None:
            call.fail(error)

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Have every new view handed over, from any thread; gives back how to stop that."""
        with self._lock:
            self._watchers.add(watcher)

        def stop() -> None:
            with self._lock:
                self._watchers.discard(watcher)

        return stop

    def _shown_from_now_on(self) -> Watcher:
        """Where the next call shows its views. What the one before still shows, while its agent confirms the
        end, reaches nobody.
        """
        mine = self._shown = object()

        def show(view: CallView) -> None:
            if self._shown is mine:
                self._show(view)

        return show

    def _show(self, view: CallView) -> None:
        self._view = view
        with self._lock:
            watchers = tuple(self._watchers)
        for watcher in watchers:
            watcher(view)
