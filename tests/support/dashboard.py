"""Runs the dashboard as its user does, in a process of its own, and ends it."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 10
_POLL_S = 0.05
_OWN_SETTINGS = ("ASSEMBLYAI_", "VOICE_")


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that runs."""

    url: str
    log: Path
    process: asyncio.subprocess.Process


@asynccontextmanager
async def run_dashboard(
    folder: Path,
    settings: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    base_path: str = "",
) -> AsyncIterator[Dashboard]:
    """Start the dashboard with these settings and no others; its log goes to `folder`.

    `options` are more of Streamlit's own. It serves everything below `base_path`, such as `/parley`.
    """
    port = _free_port()
    log = folder / "dashboard.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "streamlit", "run", "app.py"),
            *("--server.port", str(port), "--server.headless", "true", "--server.address", "localhost"),
            *("--server.baseUrlPath", base_path),
            *options,
            cwd=ROOT,
            env=_environment({"VOICE_DATA_DIR": str(folder / "data"), **(settings or {})}),
            stdout=output,
            stderr=output,
        )
    dashboard = Dashboard(f"http://localhost:{port}{base_path}", log, process)
    try:
        await _wait_until_healthy(dashboard)
        yield dashboard
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OWN_SETTINGS)}
    return {**inherited, **settings}


async def _wait_until_healthy(dashboard: Dashboard) -> None:
    async with asyncio.timeout(_START_TIMEOUT_S), httpx.AsyncClient(trust_env=False) as client:
        while True:
            if dashboard.process.returncode is not None:
                raise RuntimeError(f"the dashboard ended: {dashboard.log.read_text()}")
            try:
                if (await client.get(f"{dashboard.url}/_stcore/health")).is_success:
                    return
            except httpx.TransportError:
                pass
            # A process that starts tells nobody: its port is all there is to ask.
            await asyncio.sleep(_POLL_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
