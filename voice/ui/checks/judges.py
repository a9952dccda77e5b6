"""What facts measured in the browser mean for a call. Pure: facts in, a finding out.

The facts come from a page and are shown to that page alone; texts in them are bounded.
"""

import statistics
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from voice.checks.finding import Finding, attention, failed, fine, not_run
from voice.ui.microphone_errors import INSECURE, microphone_failed

# A voice close to a headset peaks above -30 dBFS, one across a room at -45; below is room noise or nothing.
_QUIET_DBFS = -45.0
_SILENT_DBFS = -60.0
# More clipped samples than this are heard, and mislead recognition.
_CLIPPED_SHARE = 0.001
# An echo that is lower than this, or no louder than the room by so much, is taken for no speech.
_ECHO_DBFS = -50.0
_ECHO_RISE_DB = 6.0
# No room and no microphone is as quiet as this; a muted one is.
_DEAD_DBFS = -95.0
# A round trip over this delays each word on the page, and barge-in with it.
_SLOW_MS = 250.0

_Words = Annotated[str, msgspec.Meta(max_length=200)]


class PageFacts(msgspec.Struct, frozen=True):
    """The page's address without its path, and whether the browser trusts it."""

    secure: bool
    origin: _Words


def judge_page(facts: PageFacts) -> Finding:
    """Browsers give the microphone to trusted pages only."""
    if facts.secure:
        return fine(f"{facts.origin} is an address to which the browser gives the microphone.")
    error = microphone_failed(INSECURE)
    return failed(f"This page is open at {facts.origin}. {error.sentence}", error.next_step)


class BrowserFacts(msgspec.Struct, frozen=True):
    """What the browser has; `missing` are names of what it has not."""

    name: _Words
    missing: tuple[_Words, ...] = ()


def judge_browser(facts: BrowserFacts) -> Finding:
    """All of it is needed."""
    if not facts.missing:
        return fine(f"{facts.name} has WebRTC, Web Audio and WebSocket.")
    return failed(
        f"{facts.name} lacks {', '.join(facts.missing)}.",
        "Open Parley in a current Chrome, Edge, Firefox or Safari.",
    )


class MicrophoneFacts(msgspec.Struct, frozen=True):
    """`refusal` is the name of the browser's exception; levels are null until it was listened to."""

    permission: Literal["granted", "prompt", "denied", "unknown"] = "unknown"
    devices: int = 0
    refusal: _Words = ""
    label: _Words = ""
    rate_hz: float = 0.0
    loudest_dbfs: float | None = None
    clipped_share: float = 0.0


def judge_microphone(facts: MicrophoneFacts) -> Finding:
    """By what the browser allows, and by what was heard once it was listened to."""
    if facts.refusal or facts.permission == "denied":
        error = microphone_failed(facts.refusal or "NotAllowedError")
        return failed(f"{error.sentence} ({facts.refusal or 'permission denied'})", _again(error.next_step))
    if facts.loudest_dbfs is None:
        asked = "It is allowed." if facts.permission == "granted" else "The browser will ask for it."
        found = f"{facts.devices} microphone{'' if facts.devices == 1 else 's'} found."
        return not_run(f"{found} {asked}", "Press the button and say something.")
    device = facts.label or "The microphone"
    heard = f"{device} at {facts.rate_hz:.0f} Hz: loudest {facts.loudest_dbfs:.0f} dBFS."
    if facts.loudest_dbfs < _SILENT_DBFS:
        return failed(
            f"No sound. {heard}",
            "Unmute the microphone (some have a switch of their own), or choose another one in the browser.",
        )
    if facts.clipped_share > _CLIPPED_SHARE:
        share = f"{100 * facts.clipped_share:.1f} %"
        return attention(
            f"It is too loud: {share} of it is clipped. {heard}", "Lower the microphone's level."
        )
    if facts.loudest_dbfs < _QUIET_DBFS:
        return attention(f"It is quiet. {heard}", "Come closer, raise its level, or use a headset.")
    return fine(f"It hears you. {heard}")


class SpeakerFacts(msgspec.Struct, frozen=True):
    """`heard` is the person's answer; null while there is none."""

    state: _Words
    rate_hz: float = 0.0
    heard: bool | None = None


def judge_speaker(facts: SpeakerFacts) -> Finding:
    """Only a person can tell whether a tone was heard."""
    if facts.state != "running":
        return failed(
            f"The browser keeps sound {facts.state}.",
            "Click into the page, play the tone again, and see that the browser lets this page make sound.",
        )
    if facts.heard is None:
        return not_run("A tone was played.", "Did you hear it?")
    if facts.heard:
        return fine(f"You heard the tone, at {facts.rate_hz:.0f} Hz.")
    return failed(
        "The browser played the tone, and you did not hear it.",
        "Turn the sound up, unmute this tab, and choose the right output in the system's sound settings.",
    )


class EchoFacts(msgspec.Struct, frozen=True):
    """Level of the tone in the microphone, before it was played and while it was."""

    refusal: _Words = ""
    before_dbfs: float | None = None
    during_dbfs: float | None = None


def judge_echo(facts: EchoFacts) -> Finding:
    """With echo cancellation on, little of the agent's sound may come back."""
    if facts.refusal or facts.before_dbfs is None or facts.during_dbfs is None:
        error = microphone_failed(facts.refusal)
        return not_run(f"The tone could not be listened for. {error.sentence}", _again(error.next_step))
    if facts.during_dbfs < _DEAD_DBFS:
        return not_run(
            "The microphone gave no sound at all, not even that of the room, so an echo can't be told.",
            "Check the microphone first: it may be muted.",
        )
    rise_db = facts.during_dbfs - facts.before_dbfs
    levels = f"{facts.during_dbfs:.0f} dBFS with the tone, {facts.before_dbfs:.0f} before it"
    if facts.during_dbfs < _ECHO_DBFS or rise_db < _ECHO_RISE_DB:
        return fine(f"The agent won't hear itself: {levels}.")
    return attention(
        f"The microphone hears the loudspeaker {rise_db:.0f} dB above the room ({levels}): "
        "the agent may interrupt itself.",
        "Use a headset, or turn the loudspeaker down. "
        "In a call, Manual turn detection can turn Interruption off.",
    )


class LiveFacts(msgspec.Struct, frozen=True):
    """Round trips over the WebSocket, in the order measured."""

    round_trips_ms: Annotated[tuple[float, ...], msgspec.Meta(min_length=1, max_length=20)]


def judge_live(facts: LiveFacts) -> Finding:
    """By the median."""
    median_ms = statistics.median(facts.round_trips_ms)
    measured = f"Round trip to Parley {median_ms:.1f} ms (median of {len(facts.round_trips_ms)})."
    if median_ms > _SLOW_MS:
        return attention(measured, "The network between is slow: the page will lag behind the sound.")
    return fine(measured)


def _again(next_step: str) -> str:
    return next_step.replace("then connect again", "then check again")


JUDGES: dict[str, tuple[type[Any], Callable[[Any], Finding]]] = {
    "page": (PageFacts, judge_page),
    "browser": (BrowserFacts, judge_browser),
    "microphone": (MicrophoneFacts, judge_microphone),
    "speaker": (SpeakerFacts, judge_speaker),
    "echo": (EchoFacts, judge_echo),
    "live": (LiveFacts, judge_live),
}
