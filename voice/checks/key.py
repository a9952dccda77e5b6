"""Whether AssemblyAI takes the key. It mints one temporary token and forgets it; nothing shows either."""

from urllib.parse import urlsplit

from voice.call.endpoint import mint_token, public_name
from voice.checks.finding import Finding, failed, fine, not_run
from voice.protocol.errors import AuthRefused, VoiceAgentError
from voice.settings import Settings


async def check_key(settings: Settings) -> Finding:
    """A key that is not set is fine where none is needed."""
    key = settings.assemblyai_api_key
    if key is None:
        return _without_key(settings)
    token_url = str(settings.voice_agent_token_url)
    if settings.voice_agent_auth == "key" and not _same_host(settings, token_url):
        return not_run(
            "A key is set, for an agent that is not AssemblyAI's. It is tried when a call begins.",
        )
    try:
        await mint_token(token_url, key.get_secret_value())
    except AuthRefused as refused:
        return failed(f"{refused.sentence} The agent would answer UNAUTHORIZED.", refused.next_step)
    except VoiceAgentError as error:
        return failed(
            f"The key could not be tried: {public_name(token_url)} did not give a token.", error.next_step
        )
    return fine("The key is set, and AssemblyAI takes it.")


def _without_key(settings: Settings) -> Finding:
    if settings.uses_local_agent:
        return fine("No key is set, and none is needed: calls go to Parley's own agent.")
    return not_run(
        "No key is set.",
        "If the agent at VOICE_AGENT_URL wants one, set ASSEMBLYAI_API_KEY.",
    )


def _same_host(settings: Settings, token_url: str) -> bool:
    # A key for somebody's own agent must not be sent to AssemblyAI.
    agent = settings.voice_agent_url
    return agent is None or agent.host == urlsplit(token_url).hostname
