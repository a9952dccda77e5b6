"""One browser tab's place on the switchboard: what it wants, its call if there is one, and who watches.

A line outlives its calls, so that the transcript stays on the page after a call has ended.
"""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Protocol

from voice.audio.levels import SILENCE_DBFS
from voice.audio.media_readings import BrowserMedia
from voice.call.call import Call, OnView
from voice.call.event_log import EventLog
from voice.call.figures import Figures
from voice.conversation.view import CallView, view_of
from voice.protocol import inputs
from voice.protocol.config import SessionPatch
from voice.protocol.errors import VoiceAgentError
from voice.protocol.session import new_session, step

Watcher = Callable[[CallView], None]


class PlacesCalls(Protocol):
    """What a line needs of the switchboard."""

    def place(self, patch: SessionPatch, on_view: OnView) -> Call:
        """Start a call. Raises `CallRefused` when all lines are busy."""
        ...


class Line:
    """Thread-safe: used by the script thread, the live route and the call loop."""

    def __init__(self, switchboard: PlacesCalls) -> None:
        self._switchboard = switchboard
        self._lock = threading.Lock()
        self._watchers: set[Watcher] = set()
        self._patch = SessionPatch()
        self._call: Call | None = None
        self._view = view_of(None)
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

    def want(self, patch: SessionPatch) -> None:
        """Take over the configuration of the sidebar, for the call that runs and for the next."""
        with self._lock:
            if patch == self._patch:
                return
            self._patch = patch
        call = self.call
        if call is not None:
            call.want(patch)

    def connect(self) -> None:
        """Start a call unless one runs. What prevents it is shown, not raised."""
        with self._lock:
            if self.call is not None:
                return
            try:
                self._call = self._switchboard.place(self._patch, self._show)
            except VoiceAgentError as error:
                refusal = error
            else:
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

    def note_media(self, media: BrowserMedia) -> None:
        """What the page found out about its audio connection. On aiortc's loop only."""
        call = self.call
        if call is not None:
            call.media.note(media)

    def fail(self, error: VoiceAgentError) -> None:
        """Show why no call could start. A call that runs is left alone."""
        if self.call is None:
            session, _ = step(new_session(self._patch), inputs.Failed(error), time.time())
            self._show(view_of(session))

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Have every new view handed over, from any thread; gives back how to stop that."""
        with self._lock:
            self._watchers.add(watcher)

        def stop() -> None:
            with self._lock:
                self._watchers.discard(watcher)

        return stop

    def _show(self, view: CallView) -> None:
        self._view = view
        with self._lock:
            watchers = tuple(self._watchers)
        for watcher in watchers:
            watcher(view)
