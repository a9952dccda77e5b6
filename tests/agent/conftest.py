"""What the tests of the local agent's server share: models loaded once, and servers on demand."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.support.agent_server import LocalAgent, ScriptedBrain
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


@pytest_asyncio.fixture
async def start_agent(models: Models) -> AsyncIterator[StartAgent]:
    """Start a server with these options and brain; gives its WebSocket address."""
    async with AsyncExitStack() as servers:

        def start(options: AgentOptions | None = None, brain: Brain | None = None) -> str:
            agent = LocalAgent(models, brain or ScriptedBrain(), options or AgentOptions(quirks=UNPACED))
            servers.push_async_callback(agent.stop)
            return agent.url

        yield start


@pytest_asyncio.fixture
async def agent_url(start_agent: StartAgent) -> str:
    """A server without keys, whose brain says one short sentence to everything."""
    return start_agent()
