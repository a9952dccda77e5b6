"""Pulls the browser's track and hands its frames to the microphone.

Owns the pulling task and the news that the track has ended. Runs on aiortc's loop; keeps no frames.
"""

import asyncio
from collections.abc import Callable

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av.audio.frame import AudioFrame

from voice.audio.microphone import Microphone


class MicSink:
    """The receiving end that streamlit-webrtc asks for: its `MediaSink` protocol, for one track's life."""

    def __init__(self, microphone: Microphone, *, on_ended: Callable[[], None]) -> None:
        """Feed `microphone`; `on_ended` is called once, on aiortc's loop, when the track is over."""
        self._microphone = microphone
        self._on_ended = on_ended
        self._track: MediaStreamTrack | None = None
        self._task: asyncio.Task[None] | None = None

    def addTrack(self, track: MediaStreamTrack) -> None:  # noqa: N802 - the protocol's name
        """Take the track to pull from."""
        self._track = track

    def hasTrack(self) -> bool:  # noqa: N802 - the protocol's name
        """Whether a track was given."""
        return self._track is not None

    def start(self) -> None:
        """Start pulling. To be called on aiortc's loop."""
        if self._track is not None and self._task is None:
            self._task = asyncio.get_event_loop().create_task(self._pull(self._track))

    def stop(self) -> None:
        """Stop pulling, from any thread; counts as the end of the track."""
        task = self._task
        if task is not None:
            task.get_loop().call_soon_threadsafe(task.cancel)

    async def _pull(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                if isinstance(frame, AudioFrame):
                    self._microphone.on_frame(frame)
        except MediaStreamError:
            pass
        finally:
            self._on_ended()
