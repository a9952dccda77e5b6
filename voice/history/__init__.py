"""History: the store of calls, what keeps a running call in it, and what takes calls out of it."""
