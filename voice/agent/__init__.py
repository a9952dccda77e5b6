"""The local agent: a voice agent of its own that speaks the Voice Agent protocol, offline, in its own process."""
