"""The agent that is probed: its address, and which credentials it may be tried with."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from voice.call.endpoint import Endpoint
from voice.settings import Settings

WRONG_KEY = "parley-probe-wrong-key"


@dataclass(frozen=True)
class Target:
    """`endpoint` is as calls use it. `by_key` and `by_token` are None where no key is set, or where it would
    go to a host that is not meant to have it.
    """

    endpoint: Endpoint
    by_key: Endpoint | None
    by_token: Endpoint | None

    @property
    def why_not(self) -> str:
        """Why one of them is None."""
        return "no key is set" if self.endpoint.key is None else "the key is not for that host"

    def with_wrong_key(self) -> Endpoint:
        """The same agent for somebody with a made-up key."""
        return replace(self.by_key or self.endpoint, key=WRONG_KEY)


def target_of(settings: Settings, endpoint: Endpoint) -> Target:
    """What there is to probe. `endpoint` is the one that calls go to."""
    if endpoint.key is None:
        return Target(endpoint, None, None)
    token_url = str(settings.voice_agent_token_url)
    is_same_host = urlsplit(token_url).hostname == urlsplit(endpoint.url).hostname
    other = replace(endpoint, token_url=None if endpoint.token_url else token_url) if is_same_host else None
    return Target(endpoint, other, endpoint) if endpoint.token_url else Target(endpoint, endpoint, other)
