"""The Voice Agent protocol, pure: events, session configuration, errors, and the session reducer.

Nothing here does I/O, reads a clock or makes an id: those are passed in.
"""
