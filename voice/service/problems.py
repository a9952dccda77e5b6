"""Why the agent's service did not do what it was asked for, in sentences for a person.

Never quotes what the service said, nor the address of a file, which is a credential.
"""

from typing import Literal

from voice.history.records import Agent, HistoryProblem

Reason = Literal[
    "refused",
    "gone",
    "not_ours",
    "not_ready",
    "open",
    "unreachable",
    "strange",
    "damaged",
    "disk",
    "still_there",
]
# With these, the next session would fare no better.
FOR_ALL: frozenset[Reason] = frozenset({"refused", "unreachable"})
# With these, the session is known to be there.
STILL_THERE: frozenset[Reason] = frozenset({"open", "still_there"})
# With these, there is nothing that could be deleted.
NOTHING_THERE: frozenset[Reason] = frozenset({"gone", "not_ours"})

_HTTP_CONFLICT = 409
_HTTP_TOO_MANY = 429
_HTTP_SERVER_ERROR = 500
_REFUSED = frozenset({401, 403})
_NOT_TAKEN = frozenset({400, 405, 422})


class ServiceProblem(HistoryProblem):
    """What could not be brought in or deleted; `reason` is for whoever decides what follows."""

    def __init__(self, reason: Reason, sentence: str, next_step: str = "") -> None:
        super().__init__(sentence, next_step, passing=reason in ("not_ready", "open", "unreachable"))
        self.reason = reason


class Stopped(Exception):
    """Somebody wanted it to end, or the server does."""


def service_name(agent: Agent, url: str = "") -> str:
    """Whose service it is, as the beginning of a sentence has it."""
    if agent == "assemblyai":
        return "AssemblyAI"
    if agent == "local":
        return "The local agent"
    return f"The agent at {url}" if url else "The agent"


def within_sentence(name: str) -> str:
    """The same name where a sentence goes on."""
    return name.replace("The ", "the ", 1) if name.startswith("The ") else name


def unreachable(name: str) -> ServiceProblem:
    """It does not answer, or not in time."""
    return ServiceProblem(
        "unreachable", f"{name} can't be reached.", "Check the network of Parley's machine, then try again."
    )


def strange(name: str, status: int | None = None) -> ServiceProblem:
    """It answers something that Parley does not understand."""
    said = "" if status is None else f" (status {status})"
    return ServiceProblem(
        "strange", f"{name} gave an answer that Parley does not understand{said}.", "Try again in a minute."
    )


def of_status(name: str, status: int) -> ServiceProblem:
    """What a status means that is neither success nor 404."""
    if status in _REFUSED:
        return ServiceProblem(
            "refused",
            f"{name} refused the key.",
            "Check ASSEMBLYAI_API_KEY, and that it is the key of the account which the call was made with.",
        )
    if status == _HTTP_CONFLICT:
        return ServiceProblem("open", f"{name} still has the session open.", "Try again in a minute.")
    if status == _HTTP_TOO_MANY:
        return ServiceProblem(
            "unreachable", f"{name} got too many requests (status {status}).", "Try again in a minute."
        )
    if status >= _HTTP_SERVER_ERROR:
        return ServiceProblem("unreachable", f"{name} failed (status {status}).", "Try again in a minute.")
    if status in _NOT_TAKEN:
        return ServiceProblem(
            "strange",
            f"{name} did not accept Parley's request (status {status}).",
            "Update Parley. If that doesn't help, report it with this sentence.",
        )
    return strange(name, status)


def gone(name: str, session_id: str, *, has_regions: bool = False) -> ServiceProblem:
    """It knows no such session, in any of its regions."""
    what = f"Neither region of {name} knows" if has_regions else f"{name} doesn't know"
    return ServiceProblem(
        "gone",
        f"{what} session {session_id}.",
        "It was deleted there, is too old, or was made with another account's key.",
    )


def expired(name: str, status: int) -> ServiceProblem:
    """The address of a file is not good any more."""
    return ServiceProblem(
        "strange",
        f"The link that {name} gave for its file has expired or is not valid (status {status}).",
        "Try again: that gets a new link.",
    )


def too_many(name: str, count: int) -> ServiceProblem:
    """Its list is longer than Parley reads."""
    return ServiceProblem(
        "strange",
        f"{name} lists more than {count:,} sessions, so Parley can't tell whether one is missing.",
        "Look for the session in your account there.",
    )


def still_listed(name: str, session_id: str, *, accepted: bool) -> ServiceProblem:
    """It is there, whatever it said when it was asked to delete the session."""
    but = "accepted the request to delete it" if accepted else "answers that it doesn't exist"
    return ServiceProblem(
        "still_there",
        f"{name} still lists session {session_id}, but {but}.",
        "Delete it again in a few minutes.",
    )


def unconfirmed(problem: ServiceProblem) -> ServiceProblem:
    """It took the request to delete, and whether it did can't be seen."""
    return ServiceProblem(
        problem.reason,
        f"The request to delete was accepted, but Parley could not confirm it. {problem.sentence}",
        problem.next_step,
    )


def elsewhere(agent: Agent, url: str, now: Agent) -> ServiceProblem:
    """The call was made with another agent than Parley uses now."""
    uses = {"assemblyai": "AssemblyAI", "local": "its local agent", "other": "another agent"}[now]
    if agent == "local":
        return ServiceProblem(
            "gone",
            f"The local agent kept this call in its memory only, and does not run: Parley uses {uses} now.",
        )
    if agent == now:
        return ServiceProblem(
            "refused",
            f"The call was made with the agent at {url}, and Parley uses one at another address now.",
            "Set VOICE_AGENT_URL to the address of that time, and restart Parley.",
        )
    was = "AssemblyAI" if agent == "assemblyai" else f"the agent at {url}" if url else "another agent"
    setting = "ASSEMBLYAI_API_KEY" if agent == "assemblyai" else "VOICE_AGENT_URL"
    return ServiceProblem(
        "refused",
        f"The call was made with {was}, and Parley uses {uses} now.",
        f"Set {setting} as it was then, and restart Parley.",
    )
