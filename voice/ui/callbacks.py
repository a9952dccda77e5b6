"""Lets each widget's callback run to its end.

Streamlit 1.67 breaks a run off for the next one wherever it uses `st.session_state`, in a widget's callback
too. The widget then counts as changed no more, and the rest of its callback never runs. So streamlit-webrtc
missed that a call had stopped, and the next call got no sound: 1 in 50 of the calls that began right behind
another on a busy machine. A title that was typed into History could be lost as well.
"""

from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_run_context import RunLocation, ThreadState

_BREAK_OFF = "_maybe_handle_execution_control_request"


def install() -> None:
    """Break off no callback. Call once per process, before the first run.

    The run that waits begins as soon as the callback has returned.
    """
    break_off = getattr(ScriptRunner, _BREAK_OFF)

    def break_off_outside_callbacks(runner: ScriptRunner) -> None:
        if ThreadState.get().run_location is not RunLocation.CALLBACK:
            break_off(runner)

    setattr(ScriptRunner, _BREAK_OFF, break_off_outside_callbacks)
