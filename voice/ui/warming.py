"""Imports what Streamlit imports only with the first page, so that the first visitor need not wait for it.

Must never hold the server's start, and import nothing of ours: components are registered in script runs.
"""

import importlib
import threading

# Streamlit 1.67 and streamlit-webrtc 0.79 bring these in with the first run: about half of its second.
LIBRARIES = ("pandas", "pyarrow", "PIL.Image")


def warm_up() -> threading.Thread:
    """Import them in a thread, which is given. A script run that needs one meanwhile waits for it as ever."""
    thread = threading.Thread(target=_import_all, name="warming", daemon=True)
    thread.start()
    return thread


def _import_all() -> None:
    for name in LIBRARIES:
        importlib.import_module(name)
