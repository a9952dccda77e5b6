"""Lets each widget's callback run to its end.

Streamlit 1.67 breaks a run off for the next one wherever it uses `st.session_state`, in a widget's callback
too, and before the callbacks of a run. The widget then counts as changed no more, and what its callback was
to do is lost: the click on a call in History, or a title that was typed there. streamlit-webrtc missed that
a call had stopped, and the next got no sound: 1 in 50 of the calls that began right behind another on a
busy machine.
"""

from typing import Any

from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState
from streamlit.runtime.state import SafeSessionState

_BREAK_OFF = "_maybe_handle_execution_control_request"
_TAKE_OVER = "on_script_will_rerun"


def install() -> None:
    """Break off no callback, nor a run before its callbacks. Call once per process, before the first run.

    The run that waits begins as soon as they have returned. `runner.fastReruns` has to be off, as it is in
    `.streamlit/config.toml`: the runs of a page must not overlap.
    """
    break_off = getattr(ScriptRunner, _BREAK_OFF)

    def break_off_outside_callbacks(runner: ScriptRunner) -> None:
        if ThreadState.get().run_location is not RunLocation.CALLBACK:
            break_off(runner)

    def take_over(state: SafeSessionState, *args: Any, **options: Any) -> None:
        # Streamlit's own looks for the next run first.
        with state._lock:  # noqa: SLF001
            getattr(state._state, _TAKE_OVER)(*args, **options)  # noqa: SLF001

    setattr(ScriptRunner, _BREAK_OFF, break_off_outside_callbacks)
    setattr(SafeSessionState, _TAKE_OVER, take_over)
