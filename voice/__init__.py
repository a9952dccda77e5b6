"""Parley: talk to a voice agent in a browser."""
