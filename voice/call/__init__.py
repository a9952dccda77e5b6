"""One call at a time: its socket to the agent, its owner, and the thread that serves all calls."""
