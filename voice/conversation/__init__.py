"""What was said and what the page shows of it, pure: transcript, heard text, state line, view.

Nothing here does I/O, reads a clock or knows Streamlit: times are passed in.
"""
