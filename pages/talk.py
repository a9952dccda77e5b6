"""Talk: the call, live."""

import streamlit as st

from voice.settings import load_settings
from voice.ui.backstage import draw_backstage
from voice.ui.call_panel import draw_call_panel
from voice.ui.consent import draw_consent
from voice.ui.lifespan import switchboard
from voice.ui.my_line import my_line

st.title("Talk")
if switchboard().uses_local_agent:
    st.caption(
        "Calls go to Parley's own agent on this machine. "
        "To call AssemblyAI's, set ASSEMBLYAI_API_KEY and restart Parley."
    )
draw_consent(my_line(), load_settings())
draw_call_panel(my_line(), compact=False)
draw_backstage(my_line())
