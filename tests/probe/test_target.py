"""Which credentials the agent is tried with: the key goes nowhere that it would not go in a call."""

import pytest

from voice.call.endpoint import service_endpoint
from voice.probe.target import Target, target_of
from voice.settings import Settings

KEY = "canary-key-0123456789"
TOKENS = "https://agents.assemblyai.com/v1/token"


def target(**settings: str) -> Target:
    read = Settings.model_validate({"assemblyai_api_key": KEY, **settings})
    return target_of(read, service_endpoint(read))


@pytest.mark.parametrize("auth", ["key", "token"])
def test_the_service_is_tried_with_key_and_token(auth: str) -> None:
    found = target(voice_agent_auth=auth)
    assert found.by_key is not None
    assert found.by_token is not None
    assert (found.by_key.key, found.by_key.token_url) == (KEY, None)
    assert (found.by_token.key, found.by_token.token_url) == (KEY, TOKENS)
    assert found.endpoint is (found.by_key if auth == "key" else found.by_token)


def test_the_key_of_another_agent_does_not_go_to_assemblyai() -> None:
    found = target(voice_agent_url="wss://agent.example/v1/ws")
    assert found.by_key is not None
    assert found.by_token is None
    assert found.why_not == "the key is not for that host"


def test_an_agent_that_gets_tokens_only_does_not_get_the_key() -> None:
    found = target(voice_agent_url="wss://agent.example/v1/ws", voice_agent_auth="token")
    assert found.by_key is None
    assert found.by_token is found.endpoint
