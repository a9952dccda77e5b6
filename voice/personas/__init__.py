"""Personas: named sets of prompt, greeting, voice, key terms, tools and turn taking. Knows no Streamlit."""
