"""Which brain replies: the rules, or a chat endpoint where one is set.

Owns reading `VOICE_LLM_URL`, `VOICE_LLM_MODEL` and `VOICE_LLM_API_KEY`. It never logs the key.
"""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from voice.agent.brain.base import Brain
from voice.agent.brain.chat import ChatBrain
from voice.agent.brain.rules import RulesBrain
from voice.outbound import http_options

log = logging.getLogger(__name__)

_SETTINGS = ("VOICE_LLM_URL", "VOICE_LLM_MODEL", "VOICE_LLM_API_KEY")


@asynccontextmanager
async def choose_brain(environment: Mapping[str, str]) -> AsyncIterator[Brain]:
    """The brain for these settings, for as long as the context lasts.

    A chat endpoint that is set wrongly is told in the log and not used: talking must still work.
    """
    rules = RulesBrain()
    url, model, key = (environment.get(name, "").strip() for name in _SETTINGS)
    if not url:
        yield rules
        return
    if not model:
        log.error("VOICE_LLM_URL is set but VOICE_LLM_MODEL is not: name the model; replying by rules")
        yield rules
        return
    async with AsyncExitStack() as stack:
        try:
            client = await stack.enter_async_context(httpx.AsyncClient(**http_options(url)))
            brain: Brain = ChatBrain(url, model, key, client, fallback=rules)
        except ValueError as error:
            log.error("the chat endpoint cannot be used, replying by rules: %s", error)  # noqa: TRY400 - the sentence is the whole story
            brain = rules
        else:
            log.info("replies come from the chat endpoint, model %s", model)
        yield brain
