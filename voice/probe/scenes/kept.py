"""What the agent's service keeps of the probe's sessions: its list, a timeline, and deleting."""

import asyncio
import io
from collections.abc import Callable, Collection
from typing import TypeVar
from urllib.parse import urlsplit

from voice.probe.bench import Bench
from voice.protocol.stored_sessions import Artifact, Timeline, decoded
from voice.service.problems import ServiceProblem
from voice.service.regions import CLOSEST
from voice.service.sessions_api import SessionsApi

T = TypeVar("T")

# Files were seen 7 s after the end of a session (2026-09); the documentation says 90 s.
_FILES_S = 60.0
_LIST_S = 15.0
_POLL_S = 1.0
_MAX_TIMELINE_BYTES = 5_000_000
# A moment counted from a session's start is far below this, one of any clock above: March 1973.
_EPOCH_MS = 1e11
# The clocks of the service's machines may differ a little, and no call of the probe is this long.
_EARLY_MS = -10_000.0
_LATE_MS = 120_000.0


async def kept(bench: Bench, api: SessionsApi) -> None:
    """Ask about the sessions that were made, and delete them."""
    if not bench.sessions:
        return
    listed = await _listed(bench, api, lambda found: len(found) == len(bench.sessions))
    bench.check("listed", len(listed) == len(bench.sessions), f"{len(listed)} of {len(bench.sessions)}")
    await _regions(bench, api)
    await _timeline(bench, api)
    await delete_sessions(bench, api)
    remaining = await _listed(bench, api, lambda found: not found)
    bench.check("gone_from_list", not remaining, f"{len(remaining)} still there" if remaining else "gone")
    try:
        await asyncio.to_thread(api.get, bench.sessions[0])
    except ServiceProblem as problem:
        bench.check(
            "gone_by_id", problem.reason == "gone", "status 404" if problem.reason == "gone" else "an error"
        )
    else:
        bench.check("gone_by_id", False, "still answered")


async def delete_sessions(bench: Bench, api: SessionsApi) -> None:
    """Delete every session that is not deleted yet. A dropped one may have to run out first."""
    problems = []
    for session_id in [id_ for id_ in bench.sessions if id_ not in bench.deleted]:
        try:
            place = await _delete(bench, api, session_id)
        except ServiceProblem as problem:
            problems.append(problem.sentence)
            continue
        if place is None:
            problems.append("status 404")
        else:
            bench.deleted.append(session_id)
    bench.check("delete", not problems, problems[0] if problems else f"{len(bench.deleted)} accepted")


async def _delete(bench: Bench, api: SessionsApi, session_id: str) -> str | None:
    try:
        return await asyncio.to_thread(api.delete, session_id)
    except ServiceProblem as problem:
        if problem.reason != "open":
            raise
    await asyncio.sleep(bench.grace_left_s() + _POLL_S)
    return await asyncio.to_thread(api.delete, session_id)


async def _listed(bench: Bench, api: SessionsApi, enough: Callable[[Collection[str]], bool]) -> set[str]:
    """Which of the sessions are in the list of any place, once that is as it should be."""

    def ask() -> set[str]:
        return {id_ for place in api.places for id_ in api.listed(place, bench.sessions)}

    return await _poll(ask, enough, _LIST_S)


async def _regions(bench: Bench, api: SessionsApi) -> None:
    regions = [place for place in api.places if urlsplit(place).hostname != CLOSEST]
    if len(regions) < 2:  # noqa: PLR2004 - one host has nothing to differ from
        bench.not_applicable("one host only", "regions")
        return
    having = [p for p in regions if await asyncio.to_thread(api.listed, p, bench.sessions[:1])]
    hosts = ", ".join(urlsplit(place).hostname or "" for place in having)
    bench.check("regions", len(having) == 1, hosts or "none")


async def _timeline(bench: Bench, api: SessionsApi) -> None:
    if not bench.greeted:
        return
    loop = asyncio.get_running_loop()
    began = loop.time()
    file = await _poll(
        lambda: api.get(bench.greeted).artifact("timeline"), lambda found: found is not None, _FILES_S
    )
    if file is None:
        bench.check("timeline", False, f"none within {_FILES_S:.0f} s")
        return
    waited_s = loop.time() - began
    try:
        timeline = await asyncio.to_thread(_download, api, file)
    except ServiceProblem as problem:
        bench.check("timeline", False, problem.sentence)
        return
    bench.check("timeline", True, f"after {waited_s:.0f} s")
    _clock(bench, timeline)


def _download(api: SessionsApi, file: Artifact) -> Timeline:
    content = io.BytesIO()
    api.fetch(file.url, content, _MAX_TIMELINE_BYTES, lambda _came, _total: None)
    try:
        return decoded(content.getvalue(), Timeline)
    except ValueError:
        raise ServiceProblem("strange", "The file is no timeline.") from None


def _clock(bench: Bench, timeline: Timeline) -> None:
    start = timeline.started_at_unix_ms
    moments = [
        at
        for turn in timeline.turns
        for at in (turn.agent_reply_started_at_ms, turn.agent_reply_ended_at_ms)
        if at is not None
    ]
    if start is None or not moments:
        bench.check("timeline_clock", False, "no start" if start is None else "no moments")
        return
    are_unix = start > _EPOCH_MS and all(_EARLY_MS <= at - start <= _LATE_MS for at in moments)
    first_s = (min(moments) - start) / 1000
    bench.check("timeline_clock", are_unix, f"first moment {first_s:+.2f} s from the start")


async def _poll(ask: Callable[[], T], enough: Callable[[T], bool], within_s: float) -> T:
    """Ask once a second until the answer will do or the time is over; gives the last answer."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + within_s
    while True:
        answer = await asyncio.to_thread(ask)
        if enough(answer) or loop.time() >= ends:
            return answer
        await asyncio.sleep(_POLL_S)
