"""Opens ONNX models on the processor, single-threaded.

Owns the session options and the one place that knows onnxruntime's untyped surface.
"""

from typing import Any, Final, Protocol, cast

import onnxruntime as ort

_PROVIDERS: Final = ["CPUExecutionProvider"]


class OnnxSession(Protocol):
    """The part of an onnxruntime session that the models here use; `run` may be called by many threads."""

    def run(self, output_names: list[str] | None, input_feed: dict[str, Any]) -> list[Any]:
        """Return the outputs, in the order of `output_names` or of the model."""


def open_session(model: bytes) -> OnnxSession:
    """Open a serialised model.

    One thread each: a voice activity frame takes about 0.1 ms, less than waking a pool, and an idle
    pool spins on the cores that other calls need.
    """
    options = ort.SessionOptions()  # type: ignore[attr-defined]  # onnxruntime re-exports without saying so
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(model, options, providers=_PROVIDERS)  # type: ignore[attr-defined]  # same
    return cast("OnnxSession", session)
