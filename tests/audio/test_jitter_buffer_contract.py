"""What the jitter buffer relies on in aiortc; a failure here means that aiortc changed."""

import inspect
from collections.abc import Iterator

import aiortc
import pytest
from aiortc import rtcrtpreceiver
from aiortc.codecs import CODECS, depayload
from aiortc.jitterbuffer import JitterBuffer as StockJitterBuffer
from aiortc.rtcrtpreceiver import RTCRtpReceiver

from voice.audio import jitter_buffer
from voice.audio.jitter_buffer import AudioJitterBuffer, IncompatibleAiortcError, install


class OpenTransport:
    """As much of a DTLS transport as constructing a receiver needs."""

    state = "new"


@pytest.fixture(autouse=True)
def stock_aiortc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(rtcrtpreceiver, "JitterBuffer", StockJitterBuffer)
    yield
    monkeypatch.undo()


def buffer_of(kind: str) -> object:
    receiver = RTCRtpReceiver(kind, OpenTransport())  # type: ignore[arg-type]
    return getattr(receiver, "_RTCRtpReceiver__jitter_buffer")  # noqa: B009 - a mangled private name


def test_this_is_the_release_that_was_read() -> None:
    assert aiortc.__version__ == jitter_buffer.AIORTC_VERSION


def test_the_constructor_and_add_take_what_is_expected() -> None:
    assert list(inspect.signature(StockJitterBuffer).parameters) == ["capacity", "prefetch", "is_video"]
    for ours in (AudioJitterBuffer.add, StockJitterBuffer.add):
        assert list(inspect.signature(ours).parameters) == ["self", "packet"]


def test_receivers_use_nothing_of_the_buffer_but_add() -> None:
    uses = inspect.getsource(RTCRtpReceiver).count("__jitter_buffer")
    assert uses == inspect.getsource(RTCRtpReceiver).count("__jitter_buffer = JitterBuffer(") + 1
    assert "self.__jitter_buffer.add(packet)" in inspect.getsource(RTCRtpReceiver)


def test_opus_is_the_only_audio_codec_with_a_dynamic_payload_type_and_arrives_unchanged() -> None:
    limit = jitter_buffer.FIRST_DYNAMIC_PAYLOAD_TYPE
    (opus,) = [codec for codec in CODECS["audio"] if codec.payloadType is None or codec.payloadType >= limit]
    assert opus.mimeType == "audio/opus"
    assert depayload(opus, b"\xf8abc") == b"\xf8abc"


def test_an_installed_buffer_serves_audio_and_leaves_video_alone() -> None:
    install()
    assert isinstance(buffer_of("audio"), AudioJitterBuffer)
    video = buffer_of("video")
    assert type(video) is StockJitterBuffer
    assert (video.capacity, video._is_video) == (512, True)


def test_installing_twice_is_the_same_as_once() -> None:
    install()
    install()
    assert isinstance(buffer_of("audio"), AudioJitterBuffer)


def test_another_release_is_refused_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiortc, "__version__", "1.99.0")
    with pytest.raises(IncompatibleAiortcError, match=r"1\.99\.0 is installed.*pip install"):
        install()
    assert type(buffer_of("audio")) is StockJitterBuffer


def test_a_class_of_somebody_else_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    class Theirs(StockJitterBuffer):
        pass

    monkeypatch.setattr(rtcrtpreceiver, "JitterBuffer", Theirs)
    with pytest.raises(IncompatibleAiortcError, match="not aiortc's own"):
        install()


def test_a_name_that_moved_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(rtcrtpreceiver, "JitterBuffer")
    with pytest.raises(IncompatibleAiortcError):
        install()
