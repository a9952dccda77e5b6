"""Which brain replies: the rules, or a chat endpoint where one is set.

Owns reading `VOICE_LLM_URL`, `VOICE_LLM_MODEL` and `VOICE_LLM_API_KEY`. It never logs the key.
"""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from voice.agent.brain.base import Brain
from voice.agent.brain.chat import ChatBrain
from voice.agent.brain.rules import RulesBrain

log = logging.getLogger(__name__)


@asynccontextmanager
async def choose_brain(environment: Mapping[str, str]) -> AsyncIterator[Brain]:
    """The brain for these settings, for as long as the context lasts.

    A chat endpoint that is set wrongly is told in the log and not used: talking must still work.
    """
    rules = RulesBrain()
    url, model = environment.get("VOICE_LLM_URL", ""), environment.get("VOICE_LLM_MODEL", "")
    if not url:
        yield rules
        return
    if not model:
        log.error("VOICE_LLM_URL is set but VOICE_LLM_MODEL is not: name the model; replying by rules")
        yield rules
        return
    async with httpx.AsyncClient() as client:
        yield _chat_or_rules(url, model, environment.get("VOICE_LLM_API_KEY", ""), client, rules)


def _chat_or_rules(url: str, model: str, api_key: str, client: httpx.AsyncClient, rules: RulesBrain) -> Brain:
    try:
        brain = ChatBrain(url, model, api_key, client, fallback=rules)
    except ValueError as error:
        log.error("the chat endpoint cannot be used, replying by rules: %s", error)  # noqa: TRY400 - the sentence is the whole story
        return rules
    log.info("replies come from the chat endpoint, model %s", model)
    return brain
