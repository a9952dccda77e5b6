"""Which settings the agent really has: applied, pending, refused, not confirmed, or for the next call.

One update is in flight at a time, so that an answer is known to be about it; what the person changes
meanwhile goes out together after it. Pure: decides what to send, sends nothing.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from voice.protocol.config import (
    MUTABILITY,
    Mutability,
    SessionPatch,
    fields_of,
    live_changes,
    patch_of,
    problems_of,
)
from voice.protocol.earlier import with_earlier

CONFIRM_WITHIN_S = 5.0
_MAX_MESSAGE_CHARS = 300

Status = Literal["applied", "pending", "refused", "not_confirmed", "next_call"]


class SettingStatus(msgspec.Struct, frozen=True):
    """Where one setting stands, with the reason when it is not simply applied."""

    status: Status
    message: str = ""


_APPLIED = SettingStatus("applied")
_PENDING = SettingStatus("pending")
_NEXT_CALL = SettingStatus("next_call", "Acts from the next call on.")
_NOT_CONFIRMED = SettingStatus("not_confirmed", "The agent has not confirmed this change.")


class ConfigSync(msgspec.Struct, frozen=True):
    """`tried` holds values that were refused or never confirmed, with the outcome: they are not sent again
    by themselves. `applied` is what the agent is known to have; `opened` and `confirmed` tell that the
    first update was sent, and that the session is ready with it. `context` is the earlier part of the
    conversation: it goes behind every prompt, and with it no greeting is sent.
    """

    wanted: SessionPatch = SessionPatch()
    applied: SessionPatch = SessionPatch()
    in_flight: SessionPatch | None = None
    sent_at: float = 0.0
    opened: bool = False
    confirmed: bool = False
    context: str = ""
    tried: dict[str, tuple[Any, SettingStatus]] = {}
    status: dict[str, SettingStatus] = {}

    def want(self, patch: SessionPatch) -> "ConfigSync":
        """The person wants this whole configuration; values out of range are refused here."""
        refused = _refused_here(patch)
        fields = {path: value for path, value in fields_of(patch).items() if path not in refused}
        status = {path: self.status[path] for path in fields if path in self.status}
        return _judged(replace(self, wanted=patch_of(fields), status=status | refused))

    def open(self, now: float) -> tuple["ConfigSync", SessionPatch]:
        """The first update, with everything wanted."""
        fields = {path: v for path, v in fields_of(self.wanted).items() if not _was_tried(self, path, v)}
        first = patch_of(fields)
        status = self.status | dict.fromkeys(fields, _PENDING)
        opened = replace(self, opened=True, in_flight=first, sent_at=now, status=status)
        return opened, _with_context(first, self.context, first=True)

    def link_lost(self) -> "ConfigSync":
        """The socket took an update along: the agent may have it or not, so it is sent again."""
        if self.in_flight is None:
            return self
        lost = fields_of(self.in_flight)
        known = {path: value for path, value in fields_of(self.applied).items() if path not in lost}
        return _judged(replace(self, in_flight=None, applied=patch_of(known)))

    def restarted(self, context: str) -> "ConfigSync":
        """For a new session that gets all that is wanted now, but for what the agent has refused."""
        refused = {path: kept for path, kept in self.tried.items() if kept[1].status == "refused"}
        status = {
            path: old if old.status == "refused" else _PENDING
            for path, old in self.status.items()
            if path in fields_of(self.wanted) or old.status == "refused"
        }
        return ConfigSync(wanted=self.wanted, tried=refused, status=status, context=context)

    def next_update(self, now: float) -> tuple["ConfigSync", SessionPatch | None]:
        """What to send now, if nothing is in flight and something differs. Only for a ready session."""
        if self.in_flight is not None:
            return self, None
        changes = _open_changes(self)
        if not changes:
            return self, None
        patch = patch_of(changes)
        status = self.status | dict.fromkeys(changes, _PENDING)
        flying = replace(self, in_flight=patch, sent_at=now, status=status)
        return flying, _with_context(patch, self.context, first=False)

    def confirmed_by(self, echo: Mapping[str, Any] | None, *, ready: bool = False) -> "ConfigSync":
        """The agent applied an update; `echo` is its whole configuration, where a field may be lacking.

        A field the echo shows with another value stays in flight, for a later echo may be the right one.
        `ready` is the last word on the first update, so nothing of it stays in flight.
        """
        shown = _flat(echo or {})
        sent = fields_of(self.in_flight) if self.in_flight is not None else {}
        done = {
            path: value
            for path, value in sent.items()
            if path not in shown or _shows(shown[path], _as_sent(self, path, value))
        }
        done |= {
            path: value
            for path, (value, _) in self.tried.items()
            if _shows(shown.get(path), _as_sent(self, path, value))
        }
        left = {path: value for path, value in sent.items() if path not in done}
        applied = patch_of(fields_of(self.applied) | done)
        tried = {path: value for path, value in self.tried.items() if path not in done}
        after = replace(self, applied=applied, in_flight=patch_of(left) if left else None, tried=tried)
        if ready:
            after = replace(_given_up(after, left), confirmed=True)
        return _judged(after)

    def refused_by(self, param: str | None, message: str) -> "ConfigSync":
        """The update in flight was refused and dropped whole; the fields not blamed will be sent again."""
        if self.in_flight is None:
            return self
        sent = fields_of(self.in_flight)
        blamed = [path for path in sent if param and _is_about(param, path)] or list(sent)
        words = SettingStatus("refused", message[:_MAX_MESSAGE_CHARS])
        tried = self.tried | {path: (sent[path], words) for path in blamed}
        return _judged(replace(self, in_flight=None, tried=tried))

    def expired(self, now: float) -> "ConfigSync":
        """An update without an answer for too long is no longer waited for."""
        if self.in_flight is None or not self.confirmed or now - self.sent_at < CONFIRM_WITHIN_S:
            return self
        return _judged(_given_up(self, fields_of(self.in_flight)))

    def applied_value(self, path: str) -> Any:
        """The value the agent is known to have, or None."""
        return fields_of(self.applied).get(path)


def _with_context(patch: SessionPatch, context: str, *, first: bool) -> SessionPatch:
    """What is really sent to a session that goes on with an earlier conversation."""
    fields = fields_of(patch)
    if not context or not (first or "system_prompt" in fields):
        return patch
    fields["system_prompt"] = with_earlier(fields.get("system_prompt", ""), context)
    fields.pop("greeting", None)
    return patch_of(fields)


def _as_sent(sync: ConfigSync, path: str, value: Any) -> Any:
    """The value that the agent shows when it has the wanted one."""
    if sync.context and path == "system_prompt":
        return with_earlier(value, sync.context)
    return None if sync.context and path == "greeting" else value


def _given_up(sync: ConfigSync, fields: Mapping[str, Any]) -> ConfigSync:
    """The agent may or may not have these values, so it is not known to have either them or the old ones."""
    tried = sync.tried | {path: (value, _NOT_CONFIRMED) for path, value in fields.items()}
    known = {path: value for path, value in fields_of(sync.applied).items() if path not in fields}
    return replace(sync, in_flight=None, tried=tried, applied=patch_of(known))


def _open_changes(sync: ConfigSync) -> dict[str, Any]:
    changes = fields_of(live_changes(sync.applied, sync.wanted))
    return {path: value for path, value in changes.items() if not _was_tried(sync, path, value)}


def _was_tried(sync: ConfigSync, path: str, value: Any) -> bool:
    return path in sync.tried and bool(sync.tried[path][0] == value)


def _judged(sync: ConfigSync) -> ConfigSync:
    """Statuses anew from what is wanted, applied, in flight and tried."""
    if not sync.opened:
        return sync
    wanted, applied = fields_of(sync.wanted), fields_of(sync.applied)
    flying = fields_of(sync.in_flight) if sync.in_flight is not None else {}
    # A field the person no longer sets has no way back within a session (adaptive turn detection).
    gone = (applied.keys() | flying.keys()) - wanted.keys()
    status = {path: old for path, old in sync.status.items() if path in wanted or old.status == "refused"}
    status |= {path: _NEXT_CALL for path in gone if path not in status}
    for path, value in wanted.items():
        status[path] = _status_of(sync, path, value, applied, flying)
    return sync if status == sync.status else replace(sync, status=status)


def _status_of(
    sync: ConfigSync, path: str, value: Any, applied: Mapping[str, Any], flying: Mapping[str, Any]
) -> SettingStatus:
    fixed = MUTABILITY[path] is Mutability.FIXED
    if path in flying:
        return _NEXT_CALL if fixed and flying[path] != value else _PENDING
    if _was_tried(sync, path, value):
        return sync.tried[path][1]
    if applied.get(path) == value:
        return _APPLIED
    return _NEXT_CALL if fixed else _PENDING


def _refused_here(patch: SessionPatch) -> dict[str, SettingStatus]:
    refused: dict[str, SettingStatus] = {}
    for problem in problems_of(patch):
        refused.setdefault(_field_of(problem.param), SettingStatus("refused", problem.message))
    return refused


def _field_of(param: str) -> str:
    return next((path for path in MUTABILITY if _is_about(param, path)), param)


def _is_about(param: str, path: str) -> bool:
    """Whether the server's `param` names the field or a part of it; some come without their prefix."""
    full_names = (param, f"input.{param}", f"output.{param}")
    return any(name == path or name.startswith((f"{path}.", f"{path}[")) for name in full_names)


def _flat(echo: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in echo.items():
        if name in ("input", "output") and isinstance(value, dict):
            flat.update({f"{name}.{inner}": inner_value for inner, inner_value in value.items()})
        else:
            flat[name] = value
    return flat


def _shows(echoed: Any, sent: Any) -> bool:
    """Whether the echo agrees with what was sent; parts may be lacking, or be more, such as defaults."""
    if isinstance(sent, dict) and isinstance(echoed, dict):
        return all(key not in echoed or _shows(echoed[key], value) for key, value in sent.items())
    if isinstance(sent, list | tuple) and isinstance(echoed, list | tuple):
        return len(sent) == len(echoed) and all(map(_shows, echoed, sent))
    return bool(echoed == sent)
