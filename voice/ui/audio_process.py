"""Prepares the process so that script runs and audio do not hurt each other."""

import gc
import sys
from functools import cache

from voice.audio import jitter_buffer
from voice.ui import streamer

# A busy script thread holds the GIL for a whole switch interval at a time. At Python's 5 ms, audio starves:
# 7.6 of 10 s were concealed by Chromium; at 1 ms none.
_GIL_SWITCH_INTERVAL_S = 0.001


@cache
def prepare_for_audio() -> None:
    """Do it once per process, in the first script run: streamlit-webrtc registers its component only when it
    is imported in one, and what it imports belongs among the frozen objects.
    """
    streamer.install()
    jitter_buffer.install()
    sys.setswitchinterval(_GIL_SWITCH_INTERVAL_S)
    # Streamlit collects garbage after every script run, which held the GIL for 44 to 63 ms. Frozen objects
    # are not looked at again: 0.002 ms.
    gc.collect()
    gc.freeze()
