"""Checks an agent's service against what Parley relies on, by short real calls. Knows no Streamlit."""
