"""What the browser does to the microphone before Parley hears it."""

from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class MicrophoneOptions:
    """What the browser may do to the microphone; acts on the next call."""

    noise_suppression: bool
    auto_gain: bool


def draw_microphone_options() -> MicrophoneOptions:
    """Draw what the browser may do to the microphone."""
    with st.expander("Microphone", icon=":material/mic:"):
        st.caption("Echo cancellation is always on. These act on the next call.")
        return MicrophoneOptions(
            noise_suppression=st.toggle("Noise suppression", key="noise_suppression"),
            auto_gain=st.toggle(
                "Automatic gain", key="auto_gain", help="Can lift room noise until it interrupts the agent."
            ),
        )
