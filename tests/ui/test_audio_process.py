"""The process is prepared for audio once, before the first page is drawn."""

import gc
import sys
import weakref
from collections.abc import Iterator

import pytest
import streamlit_webrtc.shutdown
from aiortc import rtcrtpreceiver
from aiortc.jitterbuffer import JitterBuffer as StockJitterBuffer

from voice.ui.audio_process import prepare_for_audio

STOCK_PAGE_HASH = streamlit_webrtc.shutdown._get_current_page_script_hash
PYTHONS_INTERVAL_S = 0.005


@pytest.fixture(autouse=True)
def unprepared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    interval_s = sys.getswitchinterval()
    monkeypatch.setattr(rtcrtpreceiver, "JitterBuffer", StockJitterBuffer)
    monkeypatch.setattr(streamlit_webrtc.shutdown, "_get_current_page_script_hash", STOCK_PAGE_HASH)
    prepare_for_audio.cache_clear()
    sys.setswitchinterval(PYTHONS_INTERVAL_S)
    gc.unfreeze()
    yield
    gc.unfreeze()
    sys.setswitchinterval(interval_s)
    prepare_for_audio.cache_clear()


def test_a_busy_script_thread_gives_the_lock_up_every_millisecond() -> None:
    prepare_for_audio()
    assert sys.getswitchinterval() == pytest.approx(0.001)


def test_what_is_loaded_is_not_looked_at_by_later_collections() -> None:
    # What other tests left to be collected is not loaded.
    gc.collect()
    loaded = len(gc.get_objects())
    prepare_for_audio()
    assert gc.get_freeze_count() > 0.9 * loaded
    assert len(gc.get_objects()) < 0.1 * loaded


def test_garbage_is_collected_before_and_not_frozen_with_the_rest() -> None:
    class Node:
        itself: "Node"

    gone: list[str] = []
    node = Node()
    node.itself = node
    weakref.finalize(node, gone.append, "collected")
    del node
    prepare_for_audio()
    assert gone == ["collected"]


def test_our_jitter_buffer_and_page_hash_are_in_place() -> None:
    prepare_for_audio()
    assert vars(rtcrtpreceiver)["JitterBuffer"] is not StockJitterBuffer
    assert streamlit_webrtc.shutdown._get_current_page_script_hash is not STOCK_PAGE_HASH


def test_it_is_done_once_and_not_in_every_script_run() -> None:
    prepare_for_audio()
    gc.unfreeze()
    sys.setswitchinterval(PYTHONS_INTERVAL_S)
    prepare_for_audio()
    assert gc.get_freeze_count() == 0
    assert sys.getswitchinterval() == pytest.approx(PYTHONS_INTERVAL_S)
