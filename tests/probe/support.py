"""Runs the probe against the local agent, in virtual time and with models that cost next to nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import numpy as np

from tests.support.agent_server import running_agent
from tests.support.rewriting import Switch
from voice.agent.brain import RulesBrain
from voice.agent.models import Models
from voice.agent.recognizer import Samples
from voice.agent.server import AgentOptions
from voice.agent.synthesizer import OUTPUT_RATE_HZ, Speech, Synthesizer, VoiceStyle, Word
from voice.call.endpoint import service_endpoint
from voice.call.redaction import Redactor, secrets_of
from voice.probe.bench import Bench
from voice.probe.rows import Verdict
from voice.probe.run import run_probe
from voice.probe.target import target_of
from voice.service.sessions_api import SessionsApi
from voice.settings import Settings

KEY = "canary-key-0123456789"
_WORD_MS = 250


class ToneSynthesizer(Synthesizer):
    """Says each word as a quarter of a second of tone."""

    def __init__(self) -> None:
        pass

    def synthesize(self, sentence: str, style: VoiceStyle | None = None) -> Speech:
        words = [Word(text, n * _WORD_MS, (n + 1) * _WORD_MS) for n, text in enumerate(sentence.split())]
        samples = np.arange(len(words) * _WORD_MS * OUTPUT_RATE_HZ // 1000)
        return Speech((np.sin(samples / 20) * 8_000).astype(np.int16), tuple(words))


class SureRecognizer:
    """Understands what the probe says, and nothing else."""

    def transcribe(self, samples: Samples, keyterms: Sequence[str] = ()) -> str:
        return "Okay, okay. What time is it?"


def quick_models() -> Models:
    return Models(ToneSynthesizer(), SureRecognizer())


class TwoRegions(Switch):
    """Beside the agent's Sessions API there is another region's, which has no sessions."""

    ELSEWHERE = "/elsewhere/v1/sessions"

    def answer(self, method: str, path: str, status: int, body: Any) -> tuple[int, Any]:
        return (200, {"sessions": [], "has_more": False}) if path == self.ELSEWHERE else (status, body)


@dataclass
class Probed:
    """A finished run."""

    bench: Bench

    def which(self, verdict: Verdict) -> set[str]:
        return {row_id for row_id, result in self.bench.results.items() if result.verdict is verdict}

    @property
    def seen(self) -> dict[str, str]:
        return {row_id: result.seen for row_id, result in self.bench.results.items()}


def _two_places(url: str) -> tuple[str, ...]:
    return (url, url.replace("/v1/sessions", TwoRegions.ELSEWHERE))


@asynccontextmanager
async def bench_at(
    models: Models, switch: TwoRegions | None = None, *, auth: str = "key", key: str | None = KEY
) -> AsyncIterator[tuple[Bench, SessionsApi]]:
    """A bench for an agent with two regions, which wants a key unless that is None."""
    options = AgentOptions(api_keys=(key,) if key else ())
    async with running_agent(models, RulesBrain(), options, switch or TwoRegions()) as url:
        settings = Settings.model_validate(
            {
                "assemblyai_api_key": key,
                "voice_agent_url": url,
                "voice_agent_auth": auth,
                "voice_agent_token_url": url.replace("ws://", "http://").removesuffix("/ws") + "/token",
            }
        )
        endpoint = replace(service_endpoint(settings), usd_per_hour=4.5)
        with patch("voice.service.sessions_api.places_of", _two_places):
            api = SessionsApi(endpoint, "The agent")
        yield Bench(target_of(settings, endpoint), Redactor(secrets_of(settings))), api


async def probed(
    models: Models, switch: TwoRegions | None = None, *, auth: str = "key", key: str | None = KEY
) -> Probed:
    """Run every scene."""
    async with bench_at(models, switch, auth=auth, key=key) as (bench, api):
        await run_probe(bench, lambda: api, lambda _scene: None)
        return Probed(bench)
