"""The hosts of AssemblyAI's service. Pure.

Sessions live in a region, and neither region knows the other's: each answers 404 for them (2026-11). The host
that most people use is one of the two, whichever is closer to whoever asks.
"""

from urllib.parse import urlsplit, urlunsplit

CLOSEST = "agents.assemblyai.com"
REGIONS = ("agents.eu.assemblyai.com", "agents.us.assemblyai.com")
_HOSTS = frozenset({CLOSEST, *REGIONS})


def places_of(url: str) -> tuple[str, ...]:
    """Every address to ask about a session, the given one first; of any other service only that one."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.netloc not in _HOSTS:
        return (url,)
    return (url, *(urlunsplit(parts._replace(netloc=host)) for host in REGIONS if host != parts.netloc))


def without_region(url: str) -> str:
    """The same for all of AssemblyAI's hosts, to tell whether two addresses are of one service."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=CLOSEST)) if parts.netloc in _HOSTS else url
