"""The local agent: a voice agent of its own, offline, in its own process, with the service's protocol."""
