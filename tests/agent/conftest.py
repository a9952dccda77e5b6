"""What the tests of the local agent's server share: models loaded once, and servers on demand."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.agent_server import ScriptedBrain, running_agent
from voice.agent.brain import Brain
from voice.agent.models import Models, load_models
from voice.agent.quirks import Quirks
from voice.agent.server import AgentOptions

StartAgent = Callable[..., str]

# Clips are fed faster than a person talks, to keep the suite short.
UNPACED = Quirks(enforce_audio_rate=False)


@pytest.fixture(scope="session")
def models() -> Iterator[Models]:
    """The real models, warmed up."""
    loaded = load_models()
    yield loaded
    loaded.shut_down()


@pytest.fixture
def start_agent(models: Models) -> Iterator[StartAgent]:
    """Start a server with these options and brain; gives its WebSocket address."""
    with ExitStack() as servers:

        def start(options: AgentOptions | None = None, brain: Brain | None = None) -> str:
            chosen = options or AgentOptions(quirks=UNPACED)
            return servers.enter_context(running_agent(models, brain or ScriptedBrain(), chosen))

        yield start


@pytest.fixture(scope="session")
def agent_url(models: Models) -> Iterator[str]:
    """One server for many tests, without keys, whose brain says one short sentence to everything."""
    # Dropped sessions stay for half a minute: room for those of the whole suite.
    options = AgentOptions(quirks=UNPACED, max_sessions=500)
    with running_agent(models, ScriptedBrain(), options) as url:
        yield url
