"""`python -m voice.probe`: asks, runs the probe against the agent of the settings, prints and writes.

Owns the command line. Exit codes: 0 when all that Parley relies on is as expected, 1 when something isn't
or could not be tested, 2 when the probe did not run, 130 when it was stopped.
"""

import argparse
import asyncio
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from voice.call.endpoint import Endpoint, agent_kind, agent_url, service_endpoint
from voice.call.local_agent import LocalAgent
from voice.call.redaction import Redactor, secrets_of
from voice.probe.bench import Bench
from voice.probe.price import bound, spent
from voice.probe.report import as_json, passed, report_of
from voice.probe.rows import Scene
from voice.probe.run import run_probe
from voice.probe.table import WIDTH, table
from voice.probe.target import target_of
from voice.protocol.errors import VoiceAgentError
from voice.service.problems import service_name
from voice.service.sessions_api import SessionsApi
from voice.settings import Settings, SettingsError, load_settings

PASSED, FAILED, DID_NOT_RUN, STOPPED = 0, 1, 2, 130


def main(arguments: list[str] | None = None) -> int:
    """Run the command; gives its exit code."""
    options = _parse(arguments)
    try:
        settings = load_settings()
    except SettingsError as problem:
        return _refused(str(problem))
    _say(textwrap.fill(_announcement(settings), WIDTH))
    if not settings.uses_local_agent and not options.yes:
        if not sys.stdin.isatty():
            return _refused("Nobody can be asked here. Add --yes to agree to the cost.")
        if input("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
            return _refused("Nothing was done.")
    report: Path | None = options.report
    if report is not None and (why := _unwritable(report)):
        return _refused(why)
    return _run(settings, report)


def _run(settings: Settings, report: Path | None) -> int:
    made: list[Bench] = []
    began_at = datetime.now(UTC)
    stopped = False
    try:
        asyncio.run(_probe(settings, made))
    except KeyboardInterrupt:
        stopped = True
    except VoiceAgentError as problem:
        return _refused(f"{problem.sentence} {problem.next_step}".strip())
    if not made:
        return STOPPED
    bench = made[0]
    _print(bench)
    if report is not None:
        try:
            report.write_bytes(as_json(report_of(bench, began_at)))
        except OSError as problem:
            return _refused(f"The report could not be written: {problem.strerror}.")
        _say(f"Report: {report}")
    return STOPPED if stopped else PASSED if passed(bench) else FAILED


async def _probe(settings: Settings, made: list[Bench]) -> None:
    async with _agent(settings) as endpoint:
        bench = Bench(target_of(settings, endpoint), Redactor(secrets_of(settings)))
        made.append(bench)
        name = service_name(agent_kind(settings), agent_url(settings))
        await run_probe(bench, lambda: SessionsApi(endpoint, name), _progress)


@asynccontextmanager
async def _agent(settings: Settings) -> AsyncIterator[Endpoint]:
    """The agent of the settings; the local one runs as long as it is needed."""
    if not settings.uses_local_agent:
        yield service_endpoint(settings)
        return
    agent = LocalAgent(settings, log_level="warning")
    agent.start()
    try:
        yield await agent.endpoint()
    finally:
        await agent.stop()


def _announcement(settings: Settings) -> str:
    if settings.uses_local_agent:
        return f"No key is set, so this checks Parley's local agent. {bound(0.0)}"
    endpoint = service_endpoint(settings)
    return (
        f"This makes short calls to {endpoint.name} and checks what Parley relies on. "
        f"{bound(endpoint.usd_per_hour)} The sessions are deleted afterwards."
    )


def _print(bench: Bench) -> None:
    _say("")
    _say(table(bench.results))
    _say(spent(bench.budget.spent_s, bench.target.endpoint.usd_per_hour))
    left = [id_ for id_ in bench.sessions if id_ not in bench.deleted]
    # The local agent keeps sessions in memory, and has just ended.
    if left and bench.target.endpoint.usd_per_hour != 0:
        _say(f"Not deleted: {', '.join(left)}")


def _unwritable(report: Path) -> str:
    """Why no report can be written there; empty when it can. Asked before the calls, which cost money."""
    try:
        with report.open("ab"):
            return ""
    except OSError as problem:
        return f"{report} can't be written: {problem.strerror}."


def _progress(scene: Scene) -> None:
    sys.stderr.write(f"{scene.title} …\n")
    sys.stderr.flush()


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def _refused(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return DID_NOT_RUN


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m voice.probe",
        description="Checks the agent that Parley is set to use against what Parley relies on.",
    )
    parser.add_argument("--yes", action="store_true", help="agree to the cost without being asked")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the results as JSON, too")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
