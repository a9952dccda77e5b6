"""What a media probe means: whether sound gets through, by which way, and with its pitch. Pure."""

from typing import Annotated, Literal

import msgspec

from voice.checks.finding import Finding, attention, failed, fine, not_run

TONE_HZ = 1000.0
_PITCH_TOLERANCE = 0.02

_Word = Annotated[str, msgspec.Meta(max_length=40)]


class MediaFacts(msgspec.Struct, frozen=True):
    """How the connection went in the browser; `local` and `remote` are the kinds of the pair in use."""

    outcome: Literal["connected", "failed", "no_webrtc"]
    took_ms: float = 0.0
    local: _Word = ""
    remote: _Word = ""
    protocol: _Word = ""
    sends_tone: bool = False
    context_rate_hz: float = 0.0


class Candidates(msgspec.Struct, frozen=True):
    """Numbers of candidates by kind, of the browser and of this server; `turn_set` if a TURN server is."""

    offered: dict[str, int]
    answered: dict[str, int]
    turn_set: bool


def judge_media(facts: MediaFacts, candidates: Candidates) -> Finding:
    """A relay is a detour that costs time; no way at all is told with its likeliest cause."""
    if facts.outcome == "connected":
        how = "by a relay" if "relay" in (facts.local, facts.remote) else "directly"
        return fine(
            f"Media connects {how} in {facts.took_ms:.0f} ms "
            f"({facts.local} to {facts.remote} over {facts.protocol.upper()})."
        )
    if facts.outcome == "no_webrtc":
        return failed(
            "This browser has no WebRTC.", "Open Parley in a current Chrome, Edge, Firefox or Safari."
        )
    return failed(*_why(facts, candidates))


def _why(facts: MediaFacts, candidates: Candidates) -> tuple[str, str]:
    after = f"within {facts.took_ms / 1000:.0f} s" if facts.took_ms else "at all"
    if not candidates.answered:
        return (
            f"Media does not connect {after}: Parley's machine has no address to offer.",
            "Give its container or machine a network, then check again.",
        )
    if "relay" in candidates.offered or "relay" in candidates.answered:
        return (
            f"Media does not connect {after}, not even by the relay.",
            "Let UDP through to the TURN server's relay ports, or set a server that takes TCP.",
        )
    if candidates.turn_set:
        return (
            f"Media does not connect {after}: there is no relay candidate, though a TURN server is set.",
            "See the check of the TURN server.",
        )
    return (
        f"Media does not connect {after}: no direct way was found, and there is no relay candidate.",
        "Check the microphone first: browsers hide their addresses until then. If it stays so, the network "
        "blocks direct audio: set a TURN server in VOICE_ICE_SERVERS.",
    )


def judge_sound(facts: MediaFacts, heard_hz: float | None) -> Finding:
    """A tone must arrive with its pitch where the agent would get it."""
    if facts.outcome != "connected":
        return not_run(
            "No media connection, so no sound to measure.", "See the check of the media connection."
        )
    if not facts.sends_tone:
        return not_run("Browsers let no page make sound before a click.", "Press the button.")
    rate = f"The browser's sound runs at {facts.context_rate_hz:.0f} Hz"
    if heard_hz is None:
        return failed(
            f"{rate}, but none of the test tone arrived.", "Check again; if it stays so, restart the browser."
        )
    arrived = f"{rate}; a tone of {TONE_HZ:.0f} Hz arrives as {heard_hz:.0f} Hz"
    if abs(heard_hz - TONE_HZ) <= _PITCH_TOLERANCE * TONE_HZ:
        return fine(f"{arrived}.")
    return attention(
        f"{arrived}: voices would sound too {'high' if heard_hz > TONE_HZ else 'low'}.",
        "Set the sound device to 48 000 Hz in the system's sound settings, and restart the browser.",
    )
