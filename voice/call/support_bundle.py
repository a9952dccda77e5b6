"""The support bundle: all that helps to look into a call, as JSON without secrets.

Of the settings it tells which are set and never their values. What was said in the call is in it: whoever
sends it on must know that.
"""

import platform
import re
import tomllib
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from voice.call.endpoint import public_name
from voice.call.event_log import Entry, EventLog
from voice.call.line import Line
from voice.call.redaction import Redactor, secrets_of
from voice.settings import SERVICE_URL, Settings

_ROOT = Path(__file__).parents[2]
_REQUIREMENT = re.compile(r"[A-Za-z][\w.-]*")
_ABOUT = (
    "Made by Parley for whoever looks into this call. Keys, tokens and credentials are taken out; what was "
    "said in the call, and its prompt, are in it."
)


def support_bundle(line: Line, settings: Settings, *, browser: str, now: float) -> bytes:
    """The bundle as indented JSON. `browser` is what it calls itself, `now` in epoch seconds.

    Takes some 100 ms for a long call, so it must not run on an event loop.
    """
    log = line.log
    redactor = log.redactor if log is not None else Redactor(secrets_of(settings))
    redactor.learn(line.token)
    bundle = {
        "about": _ABOUT,
        "made_at": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        "versions": {**_versions(), "browser": browser},
        "agent": "local" if settings.uses_local_agent else _agent_address(settings),
        "settings": _which_are_set(settings),
        "wanted": line.patch,
        "view": line.view,
        "figures": line.figures,
        "events": None if log is None else _events(log),
    }
    shown = redactor.value(msgspec.to_builtins(bundle))
    return msgspec.json.format(msgspec.json.encode(shown), indent=2)


def _agent_address(settings: Settings) -> str:
    return public_name(str(settings.voice_agent_url or SERVICE_URL))


def _which_are_set(settings: Settings) -> dict[str, str]:
    given = settings.model_fields_set
    return {name.upper(): "set" if name in given else "default" for name in type(settings).model_fields}


def _events(log: EventLog) -> dict[str, Any]:
    changes = log.changes()
    entries = sorted(changes.entries, key=lambda entry: entry.n)
    return {"began_at": log.began_at, "first": changes.first, "entries": [_unpacked(e) for e in entries]}


def _unpacked(entry: Entry) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(entry)
    return {**fields, "json": msgspec.json.decode(entry.json)}


def _versions() -> dict[str, Any]:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "parley": project["project"]["version"],
        "python": platform.python_version(),
        "system": platform.platform(),
        "libraries": {name: _installed(name) for name in _required()},
    }


def _required() -> list[str]:
    lines = (_ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [found.group() for line in lines if (found := _REQUIREMENT.match(line))]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
