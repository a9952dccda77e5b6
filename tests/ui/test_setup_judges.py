"""What each fact of the browser means for a person: state, measured figures, cure."""

import msgspec
import pytest

from voice.checks.finding import State
from voice.ui.checks.catalogue import CHECKS, SYMPTOMS
from voice.ui.checks.judges import (
    JUDGES,
    BrowserFacts,
    EchoFacts,
    LiveFacts,
    MicrophoneFacts,
    PageFacts,
    SpeakerFacts,
    judge_browser,
    judge_echo,
    judge_live,
    judge_microphone,
    judge_page,
    judge_speaker,
)
from voice.ui.checks.media_judges import Candidates, MediaFacts, judge_media, judge_sound

HOSTS = Candidates({"host": 2}, {"host": 1}, turn_set=False)
CONNECTED = MediaFacts(
    "connected",
    took_ms=321.4,
    local="host",
    remote="host",
    protocol="udp",
    sends_tone=True,
    context_rate_hz=44_100,
)
LOST = MediaFacts("failed", took_ms=10_000)


def heard(loudest_dbfs: float, clipped_share: float = 0.0) -> MicrophoneFacts:
    return MicrophoneFacts(
        "granted", 1, label="Desk", rate_hz=48_000, loudest_dbfs=loudest_dbfs, clipped_share=clipped_share
    )


def test_a_page_without_https_names_the_way_in() -> None:
    found = judge_page(PageFacts(secure=False, origin="http://10.0.0.5:8501"))
    assert found.state is State.FAILED
    assert "http://10.0.0.5:8501" in found.measured
    assert "localhost" in found.cure
    assert judge_page(PageFacts(secure=True, origin="https://parley")).state is State.FINE


def test_a_browser_is_told_what_it_lacks() -> None:
    found = judge_browser(BrowserFacts("Firefox 3", ("WebRTC",)))
    assert (found.state, found.measured) == (State.FAILED, "Firefox 3 lacks WebRTC.")
    assert judge_browser(BrowserFacts("Chrome 156")).state is State.FINE


@pytest.mark.parametrize(
    ("facts", "state", "words"),
    [
        (MicrophoneFacts("prompt", 1), State.NOT_RUN, "will ask"),
        (MicrophoneFacts("granted", 2), State.NOT_RUN, "2 microphones found"),
        (MicrophoneFacts("denied"), State.FAILED, "not allowed"),
        (MicrophoneFacts(refusal="NotAllowedError"), State.FAILED, "NotAllowedError"),
        (MicrophoneFacts(refusal="NotReadableError"), State.FAILED, "in use by another program"),
        (heard(-90), State.FAILED, "No sound"),
        (heard(-50), State.ATTENTION, "quiet"),
        (heard(-3, 0.01), State.ATTENTION, "1.0 % of it is clipped"),
        (heard(-20), State.FINE, "Desk at 48000 Hz: loudest -20 dBFS"),
    ],
)
def test_a_microphone_is_judged_by_what_is_known_of_it(
    facts: MicrophoneFacts, state: State, words: str
) -> None:
    found = judge_microphone(facts)
    assert found.state is state
    assert words in found.measured
    assert bool(found.cure) is (state is not State.FINE)
    assert "connect again" not in found.cure


def test_only_a_person_can_say_that_a_tone_was_heard() -> None:
    assert judge_speaker(SpeakerFacts("suspended")).state is State.FAILED
    assert "Did you hear it?" in judge_speaker(SpeakerFacts("running")).cure
    assert judge_speaker(SpeakerFacts("running", 48_000, heard=True)).state is State.FINE
    assert "unmute this tab" in judge_speaker(SpeakerFacts("running", heard=False)).cure


@pytest.mark.parametrize(
    ("before", "during", "state"),
    [(-70, -69, State.FINE), (-90, -60, State.FINE), (-60, -30, State.ATTENTION), (-35, -33, State.FINE)],
)
def test_an_echo_is_what_is_loud_and_louder_than_the_room(before: float, during: float, state: State) -> None:
    found = judge_echo(EchoFacts(before_dbfs=before, during_dbfs=during))
    assert found.state is state
    assert ("headset" in found.cure) is (state is State.ATTENTION)


def test_a_dead_microphone_says_nothing_of_an_echo() -> None:
    found = judge_echo(EchoFacts(before_dbfs=-100, during_dbfs=-100))
    assert found.state is State.NOT_RUN
    assert "muted" in found.cure


def test_an_echo_that_could_not_be_listened_for_says_why() -> None:
    found = judge_echo(EchoFacts(refusal="NotAllowedError"))
    assert found.state is State.NOT_RUN
    assert "not allowed" in found.measured


def test_a_round_trip_is_its_median() -> None:
    found = judge_live(LiveFacts((3.0, 2.0, 400.0)))
    assert (found.state, found.measured) == (State.FINE, "Round trip to Parley 3.0 ms (median of 3).")
    assert judge_live(LiveFacts((300.0,))).state is State.ATTENTION


def test_media_names_its_way() -> None:
    assert (
        judge_media(CONNECTED, HOSTS).measured == "Media connects directly in 321 ms (host to host over UDP)."
    )
    relayed = msgspec.structs.replace(CONNECTED, remote="relay")
    assert "by a relay" in judge_media(relayed, HOSTS).measured


@pytest.mark.parametrize(
    ("candidates", "measured", "cure"),
    [
        (HOSTS, "no relay candidate", "set a TURN server in VOICE_ICE_SERVERS"),
        (Candidates({"host": 1}, {"host": 1}, turn_set=True), "though a TURN server is set", "TURN server"),
        (Candidates({"host": 1}, {"relay": 1}, turn_set=True), "not even by the relay", "UDP"),
        (Candidates({"host": 1}, {}, turn_set=False), "no address to offer", "network"),
    ],
)
def test_media_that_finds_no_way_names_its_likeliest_cause(
    candidates: Candidates, measured: str, cure: str
) -> None:
    found = judge_media(LOST, candidates)
    assert found.state is State.FAILED
    assert "within 10 s" in found.measured
    assert measured in found.measured
    assert cure in found.cure


@pytest.mark.parametrize(
    ("heard_hz", "state", "words"),
    [
        (1001.0, State.FINE, "arrives as 1001 Hz"),
        (1021.0, State.ATTENTION, "too high"),
        (500.0, State.ATTENTION, "too low"),
        (None, State.FAILED, "none of the test tone"),
    ],
)
def test_a_tone_must_keep_its_pitch(heard_hz: float | None, state: State, words: str) -> None:
    found = judge_sound(CONNECTED, heard_hz)
    assert found.state is state
    assert words in found.measured


def test_sound_is_not_judged_without_a_connection_or_a_tone() -> None:
    assert judge_sound(LOST, None).state is State.NOT_RUN
    silent = msgspec.structs.replace(CONNECTED, sends_tone=False)
    assert "before a click" in judge_sound(silent, None).measured


def test_every_symptom_points_to_checks_that_exist() -> None:
    names = {check.name for check in CHECKS}
    assert len(names) == len(CHECKS)
    assert set(JUDGES) < names
    for symptom in SYMPTOMS:
        assert set(symptom.checks) <= names
