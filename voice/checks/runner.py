"""Runs the server's checks, each in a thread and on a loop of its own: no call or page waits for them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from voice.call.endpoint import Endpoint
from voice.checks.agent import check_agent
from voice.checks.finding import Finding, failed
from voice.checks.key import check_key
from voice.checks.local_agent import check_local_agent
from voice.checks.storage import check_database, check_disk
from voice.checks.turn import check_turn
from voice.history.store import Store
from voice.settings import Settings

_log = logging.getLogger(__name__)

_TIMEOUT_S = 20.0
# A check that finds no free thread waits for one.
_THREADS = ThreadPoolExecutor(3, thread_name_prefix="checks")


@dataclass(frozen=True)
class Surroundings:
    """What the checks look at. `find_agent` may be awaited on any loop."""

    settings: Settings
    find_agent: Callable[[], Awaitable[Endpoint]]
    store: Store


Check = Callable[[Surroundings], Awaitable[Finding]]


async def _disk(around: Surroundings) -> Finding:
    return check_disk(around.settings.voice_data_dir)


async def _database(around: Surroundings) -> Finding:
    return check_database(around.store)


SERVER_CHECKS: dict[str, Check] = {
    "turn": lambda around: check_turn(around.settings.voice_ice_servers),
    "key": lambda around: check_key(around.settings),
    "agent": lambda around: check_agent(around.find_agent),
    "local_agent": lambda around: check_local_agent(around.find_agent, used=around.settings.uses_local_agent),
    "disk": _disk,
    "database": _database,
}


async def run_check(name: str, around: Surroundings) -> Finding:
    """One of `SERVER_CHECKS`. Raises only `KeyError`, for a name that is not there."""
    check = SERVER_CHECKS[name]
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, lambda: asyncio.run(_guarded(check, around)))


async def _guarded(check: Check, around: Surroundings) -> Finding:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await check(around)
    except TimeoutError:
        return failed(f"There was no answer within {_TIMEOUT_S:.0f} seconds.", "Run the check again.")
    except Exception:  # noqa: BLE001 - a check that fails must be told like any other outcome
        _log.exception("a check failed")
        return failed(
            "The check itself failed; Parley's log has the reason.", "Report what the terminal shows."
        )
