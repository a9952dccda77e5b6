"""Whether and how the service that keeps something of a call can be asked."""

import threading
from collections.abc import Callable
from concurrent.futures import Future

import httpx

from voice.call.endpoint import Endpoint, agent_kind, agent_url
from voice.call.redaction import Redactor, secrets_of
from voice.history.records import CallRecord, FullCall
from voice.protocol.errors import VoiceAgentError
from voice.service.problems import NOTHING_THERE, ServiceProblem, elsewhere, service_name, unreachable
from voice.service.regions import without_region
from voice.service.sessions_api import SessionsApi
from voice.settings import Settings

# The local agent takes up to 30 s to start.
_FIND_TIMEOUT_S = 35.0

FindAgent = Callable[[], Future[Endpoint]]


class Reach:
    """The service of the agent that Parley uses now. `transport` is for tests."""

    def __init__(
        self, settings: Settings, find_agent: FindAgent, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._kind = agent_kind(settings)
        self._url = agent_url(settings)
        # What a service tells of a session may hold what it was sent.
        self.redactor = Redactor(secrets_of(settings))
        self._find_agent = find_agent
        self._transport = transport

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        return service_name(self._kind, self._url)

    def why_not(self, call: CallRecord) -> ServiceProblem | None:
        """Why it is not asked for this call; None if it can be."""
        if call.imported and call.owner:
            # Its session may be somebody else's, who only gave the file away.
            return ServiceProblem(
                "not_ours", "This call was imported, so its service is not asked for it.", "Ask who made it."
            )
        is_same = call.agent == self._kind and (
            not call.agent_url or without_region(call.agent_url) == without_region(self._url)
        )
        return None if is_same else elsewhere(call.agent, call.agent_url, self._kind)

    def open(self) -> SessionsApi:
        """Whoever opens it closes it. Blocks while the local agent starts. Raises `ServiceProblem`."""
        try:
            endpoint = self._find_agent().result(_FIND_TIMEOUT_S)
        except (VoiceAgentError, TimeoutError):
            raise unreachable(self.name) from None
        return SessionsApi(endpoint, self.name, self._transport)


class ForEach:
    """Says for each of many calls what there is to ask; opened when the first one needs it. Thread-safe."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._lock = threading.Lock()
        self._opened: SessionsApi | ServiceProblem | None = None

    def of(self, full: FullCall) -> SessionsApi | ServiceProblem | None:
        """The service to ask for this call, why it can't be asked, or None where it has nothing."""
        if not full.sessions:
            return None
        problem = self._reach.why_not(full.call)
        if problem is not None:
            return None if problem.reason in NOTHING_THERE else problem
        with self._lock:
            if self._opened is None:
                try:
                    self._opened = self._reach.open()
                except ServiceProblem as found:
                    self._opened = found
            return self._opened

    def close(self) -> None:
        """Close the connections."""
        if isinstance(self._opened, SessionsApi):
            self._opened.close()
