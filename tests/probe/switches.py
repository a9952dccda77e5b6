"""Ways in which an agent may differ from what is expected: one for each row of the probe, some for more."""

import base64
from collections.abc import Callable
from typing import Any

from tests.probe.support import KEY, TwoRegions
from tests.support.rewriting import Event, Wire
from voice.probe.scenes.greeting import GREETING
from voice.protocol.typed_text import text_in

When = Callable[[Event, Wire], bool]

_SILENCE = base64.b64encode(bytes(24_000 * 2 * 5 // 2)).decode()
_RESUMED_PROMPT = "You are checking a phone line."


def of(kind: str, **fields: Any) -> When:
    """Events of a type with these fields."""
    return lambda event, _: event["type"] == kind and all(event.get(k) == v for k, v in fields.items())


def is_later_update(event: Event, wire: Wire) -> bool:
    return event["type"] == "session.updated" and bool(wire.told)


class Drop(TwoRegions):
    """The client does not get events of a kind."""

    def __init__(self, when: When) -> None:
        self._when = when

    async def to_client(self, event: Event, wire: Wire) -> None:
        if not self._when(event, wire):
            await wire.tell(event)


class Edit(TwoRegions):
    """The client gets events of a kind changed."""

    def __init__(self, when: When, change: Callable[[Event], object]) -> None:
        self._when = when
        self._change = change

    async def to_client(self, event: Event, wire: Wire) -> None:
        if self._when(event, wire):
            self._change(event)
        await wire.tell(event)


def put(when: When, **fields: Any) -> Edit:
    """The client gets events of a kind with other fields."""
    return Edit(when, lambda event: event.update(fields))


class Behind(TwoRegions):
    """The client gets an event of the first kind only after one of the second."""

    def __init__(self, first: When, second: When) -> None:
        self._first, self._second = first, second
        self._held: list[Event] = []

    async def to_client(self, event: Event, wire: Wire) -> None:
        if self._first(event, wire):
            self._held.append(event)
            return
        await wire.tell(event)
        if self._second(event, wire):
            for held in self._held:
                await wire.tell(held)
            self._held.clear()


class Late(TwoRegions):
    """The client gets events of a kind some seconds later, behind what came meanwhile."""

    def __init__(self, when: When, delay_s: float) -> None:
        self._when = when
        self._delay_s = delay_s

    async def to_client(self, event: Event, wire: Wire) -> None:
        if self._when(event, wire):
            wire.tell_later(event, self._delay_s)
        else:
            await wire.tell(event)


class Before(TwoRegions):
    """The client gets one more event before the first of a kind."""

    def __init__(self, when: When, more: Callable[[Event], Event]) -> None:
        self._when, self._more = when, more

    async def to_client(self, event: Event, wire: Wire) -> None:
        if self._when(event, wire) and not any(self._when(told, wire) for told in wire.told):
            await wire.tell(self._more(event))
        await wire.tell(event)


class Closing(TwoRegions):
    """The agent closes with another code."""

    def __init__(self, code: int, instead_of: int) -> None:
        self._code, self._instead_of = code, instead_of

    def closing(self, code: int) -> int:
        return self._code if code == self._instead_of else code


class Unheard(TwoRegions):
    """The agent does not get the n-th event of a kind, or any if `n` is None."""

    def __init__(self, when: When, n: int | None = None) -> None:
        self._when, self._n = when, n
        self._count = 0

    def to_agent(self, event: Event, wire: Wire) -> Event | None:
        if not self._when(event, wire):
            return event
        self._count += 1
        return None if self._n in (None, self._count) else event


class Misheard(TwoRegions):
    """The agent gets events of a kind changed."""

    def __init__(self, when: When, change: Callable[[Event], Event]) -> None:
        self._when, self._change = when, change

    def to_agent(self, event: Event, wire: Wire) -> Event | None:
        return self._change(event) if self._when(event, wire) else event


class Http(TwoRegions):
    """The answers to some requests are other ones; `change` gets status and body."""

    def __init__(
        self, method: str, path: str, change: Callable[[int, Any], tuple[int, Any]], *, whole: bool = False
    ) -> None:
        self._method, self._path, self._change, self._whole = method, path, change, whole

    def answer(self, method: str, path: str, status: int, body: Any) -> tuple[int, Any]:
        status, body = super().answer(method, path, status, body)
        is_meant = path == self._path if self._whole else path.startswith(self._path)
        return self._change(status, body) if method == self._method and is_meant else (status, body)


class StillThere(TwoRegions):
    """What was once told of sessions under an address is told for ever."""

    def __init__(self, is_meant: Callable[[str], bool]) -> None:
        self._is_meant = is_meant
        self._first: dict[str, Any] = {}

    def answer(self, method: str, path: str, status: int, body: Any) -> tuple[int, Any]:
        status, body = super().answer(method, path, status, body)
        if method != "GET" or not self._is_meant(path):
            return status, body
        return 200, self._first.setdefault(path, body)


class BothHave(TwoRegions):
    """The other region lists the same sessions."""

    def __init__(self) -> None:
        self._listed: Any = None

    def answer(self, method: str, path: str, status: int, body: Any) -> tuple[int, Any]:
        if method == "GET" and path == "/v1/sessions":
            self._listed = body
        return (200, self._listed) if path == self.ELSEWHERE else (status, body)


class RefuseSession(TwoRegions):
    """The n-th session with the prompt of the scene that resumes is refused."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._count = 0

    def to_agent(self, event: Event, wire: Wire) -> Event | None:
        if event["type"] != "session.update" or event["session"].get("system_prompt") != _RESUMED_PROMPT:
            return event
        self._count += 1
        return {"type": "session.resume", "session_id": "sess_none"} if self._count == self._n else event


def _resume_by(credential: str) -> When:
    def is_meant(event: Event, wire: Wire) -> bool:
        given = "token" if wire.has_token else "key" if wire.bearer == KEY else "resume_token"
        return (
            event["type"] == "session.resume"
            and given == credential
            and set(event["session_id"][5:]) != {"0"}
        )

    return is_meant


def _elsewhere(event: Event) -> Event:
    return event | {"session_id": "sess_none"}


def _config(event: Event, *path: str) -> None:
    inner = event["config"]
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = None


def _relative(status: int, body: Any) -> tuple[int, Any]:
    for turn in body["turns"]:
        for name in (name for name in turn if name.endswith("_at_ms") and turn[name] is not None):
            turn[name] -= body["started_at_unix_ms"]
    return status, body


def _answered_to_voice(event: Event, wire: Wire) -> bool:
    return event["type"] == "reply.started" and any(told["type"] == "transcript.user" for told in wire.told)


def _answered_to_counting(event: Event, wire: Wire) -> bool:
    asked = [asked for asked in wire.asked if "Count" in asked.get("instructions", "")]
    return event["type"] == "reply.started" and bool(asked) and not _answered_to_voice(event, wire)


def _is_message(asked: Event) -> bool:
    return bool(asked["type"] == "conversation.message")


def _without_instructions(event: Event) -> Event:
    return {"type": event["type"]}


_ERROR = {"type": "session.error", "code": "invalid_format", "message": "no", "timestamp": 0.0}

# What differs with each switch, by the row it is for.
SWITCHES: dict[str, Callable[[], TwoRegions]] = {
    "wrong_key_refused": lambda: put(of("session.error", code="unauthorized"), code="internal_error"),
    "wrong_key_no_token": lambda: Http(
        "GET",
        "/v1/token",
        lambda s, b: (200, {"token": "any"}) if s == 404 else (s, b),
    ),
    "unknown_voice": lambda: put(
        of("session.error", param="output.voice", code="invalid_value"), code="invalid_config"
    ),
    "voices": lambda: Edit(
        of("session.error", code="invalid_value"),
        lambda event: event.update(message=event["message"].replace(" jane,", "")),
    ),
    "first_update": lambda: Behind(
        lambda e, w: of("session.updated")(e, w) and not w.told, of("session.ready")
    ),
    "config_echo": lambda: Edit(
        lambda event, _: "config" in event, lambda event: event["config"].update(greeting="Something else.")
    ),
    "ids": lambda: put(of("reply.started"), item_id="item-1"),
    "voice_is_fixed": lambda: put(of("session.error", param="output.voice"), code="invalid_value"),
    "greeting_is_fixed": lambda: put(of("session.error", param="greeting"), code="invalid_value"),
    "prompt_changes": lambda: Edit(is_later_update, lambda event: _config(event, "system_prompt")),
    "turn_detection_changes": lambda: Edit(
        is_later_update, lambda event: _config(event, "input", "turn_detection")
    ),
    "volume_changes": lambda: Edit(is_later_update, lambda event: _config(event, "output", "volume")),
    "greeting_audio": lambda: put(of("reply.audio"), data=base64.b64encode(bytes(480)).decode()),
    "lead_in": lambda: Before(of("reply.audio"), lambda event: event | {"data": _SILENCE}),
    "word_times": lambda: put(of("transcript.agent.delta"), start_ms=None),
    "greeting_text": lambda: put(of("transcript.agent", text=GREETING), text="Something else."),
    "reply_order": lambda: Behind(of("transcript.agent", text=GREETING), of("reply.done")),
    "session_end": lambda: Drop(of("session.ended")),
    "reply_create": lambda: Drop(_answered_to_counting),
    "barge_in_signal": lambda: Drop(of("input.speech.started")),
    "barge_in_delay": lambda: Late(of("input.speech.started"), 2.5),
    "barge_in_transcript": lambda: put(of("transcript.agent", interrupted=True), interrupted=False),
    "barge_in_done": lambda: put(of("reply.done", status="interrupted"), status="completed"),
    "turn_end": lambda: Behind(of("input.speech.stopped"), of("transcript.user")),
    "recognition": lambda: put(of("transcript.user"), text="Something else."),
    "turn_answered": lambda: Drop(_answered_to_voice),
    "message_taken": lambda: Before(
        lambda event, wire: event["type"] == "reply.started" and any(map(_is_message, wire.asked)),
        lambda _event: _ERROR,
    ),
    "message_reaches_model": lambda: Unheard(of("conversation.message")),
    "instructions_reach_model": lambda: Misheard(
        lambda event, _: text_in(event.get("instructions", "")) is not None, _without_instructions
    ),
    "tool_call": lambda: put(of("tool.call"), arguments=["a list"]),
    "early_result": lambda: Unheard(of("tool.result"), 1),
    "late_result": lambda: Unheard(of("tool.result"), 2),
    "key_opens": lambda: RefuseSession(1),
    "resume_by_resume_token": lambda: Misheard(_resume_by("resume_token"), _elsewhere),
    "resume_by_key": lambda: Misheard(_resume_by("key"), _elsewhere),
    "resume_by_token": lambda: Misheard(_resume_by("token"), _elsewhere),
    "resume_refused": lambda: put(of("session.error", code="session_not_found"), code="internal_error"),
    "opens_after_refusal": lambda: RefuseSession(2),
    "token_opens": lambda: RefuseSession(3),
    "listed": lambda: Http(
        "GET", "/v1/sessions", lambda s, b: (s, b | {"sessions": b["sessions"][1:]}), whole=True
    ),
    "timeline": lambda: Http("GET", "/v1/sessions/", lambda s, b: (s, b | {"artifacts": []})),
    "timeline_clock": lambda: Http("GET", "/v1/artifacts", _relative),
    "regions": BothHave,
    "delete": lambda: Http("DELETE", "/v1/sessions", lambda _s, _b: (500, {"message": "no"})),
    "gone_from_list": lambda: StillThere(lambda path: path == "/v1/sessions"),
    "gone_by_id": lambda: StillThere(lambda path: path.startswith("/v1/sessions/")),
}
