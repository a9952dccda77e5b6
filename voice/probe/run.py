"""Runs the scenes one after another, and cleans up behind them whatever happens."""

import asyncio
import logging
from collections.abc import Callable

from voice.probe.bench import Bench, CutShortError, told
from voice.probe.rows import KEPT, SCENES, Scene
from voice.probe.scenes import CALLS
from voice.probe.scenes.kept import delete_sessions, kept
from voice.protocol.errors import AgentUnreachable, VoiceAgentError
from voice.service.problems import ServiceProblem
from voice.service.sessions_api import SessionsApi

_log = logging.getLogger(__name__)

# What is left when a run is stopped is deleted within this time, and a session that was dropped runs out.
_CLEAN_UP_S = 60.0

OpenApi = Callable[[], SessionsApi]


async def run_probe(bench: Bench, open_api: OpenApi, tell: Callable[[Scene], None]) -> None:
    """Make every check of `ROWS`; `tell` is told of each scene before it begins.

    Ends and deletes its sessions when it is cancelled, too.
    """
    api = open_api()
    try:
        for scene in SCENES:
            tell(scene)
            why = await _play(scene, bench, api)
            bench.not_tested(why, *(row.id for row in scene.rows if row.id not in bench.results))
    finally:
        if any(id_ not in bench.deleted for id_ in bench.sessions):
            await _clean_up(bench, api)
        api.close()


async def _play(scene: Scene, bench: Bench, api: SessionsApi) -> str:
    """Play one scene; gives why what it has not noted could not be tested."""
    if bench.unreachable:
        return bench.unreachable
    try:
        await (kept(bench, api) if scene is KEPT else CALLS[scene.name](bench))
    except AgentUnreachable as problem:
        # Every other scene would wait for it again.
        bench.unreachable = told(problem)
        return bench.unreachable
    except (CutShortError, VoiceAgentError, ServiceProblem) as problem:
        return told(problem)
    except Exception:  # noqa: BLE001 - what an agent sends must not keep the other checks from being made
        _log.exception("a scene of the probe failed")
        return "the check itself failed; the log says why"
    return "an earlier check failed"


async def _clean_up(bench: Bench, api: SessionsApi) -> None:
    noted = bench.results.get("delete")
    try:
        async with asyncio.timeout(_CLEAN_UP_S):
            await delete_sessions(bench, api)
    except TimeoutError:
        _log.warning("not every session of the probe could be deleted in time")
    if noted is not None:
        # The run itself noted how deleting went; this was another try.
        bench.results["delete"] = noted
