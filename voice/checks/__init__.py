"""Checks of what a call needs: each measures something and says what it found. Knows no Streamlit."""
