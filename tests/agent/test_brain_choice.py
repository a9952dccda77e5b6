"""Which brain the local agent replies with."""

import pytest

from voice.agent.brain import RulesBrain
from voice.agent.brain.chat import ChatBrain
from voice.agent.brain_choice import choose_brain

KEY = "key-of-the-endpoint"
ENDPOINT = {
    "VOICE_LLM_URL": "http://127.0.0.1:9/v1",
    "VOICE_LLM_MODEL": "small",
    "VOICE_LLM_API_KEY": KEY,
}


async def test_rules_reply_unless_an_endpoint_is_set() -> None:
    async with choose_brain({}) as brain:
        assert isinstance(brain, RulesBrain)
    async with choose_brain(ENDPOINT) as brain:
        assert isinstance(brain, ChatBrain)


@pytest.mark.parametrize("wrong", [{"VOICE_LLM_MODEL": ""}, {"VOICE_LLM_URL": "nonsense"}])
async def test_a_wrong_setting_is_told_and_rules_reply(
    wrong: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async with choose_brain(ENDPOINT | wrong) as brain:
        assert isinstance(brain, RulesBrain)
    assert "replying by rules" in caplog.text
    assert KEY not in caplog.text
