"""The local agent: a real server of the Voice Agent protocol, offline, in its own process."""
