"""The tools that remember: notes of this call, and what was said in the person's past calls."""

from voice.tools.context import ToolContext
from voice.tools.notes import MAX_NOTE_CHARS, MAX_NOTES
from voice.tools.past_calls import Passage
from voice.tools.tool import ToolProblem

_MAX_SAID_CHARS = 200
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


def add_note(context: ToolContext, text: str) -> dict[str, str]:
    """Make or take a note: write something down and keep it with this call.

    Args:
        text: What to note, in the person's words.
    """
    note = " ".join(text.split())
    if not note:
        raise ToolProblem("There is nothing to note.")
    if len(note) > MAX_NOTE_CHARS:
        raise ToolProblem(f"A note takes at most {MAX_NOTE_CHARS} characters.")
    if not context.notes.add(note):
        raise ToolProblem(f"There are {MAX_NOTES} notes already, and no more fit.")
    return {"result": f"Noted: {note}"}


def list_notes(context: ToolContext) -> dict[str, str]:
    """List the notes of this call: read them out."""
    notes = context.notes.texts
    if not notes:
        return {"result": "There are no notes yet."}
    numbered = " ".join(f"{number}: {note}." for number, note in enumerate(notes, 1))
    return {"result": f"{len(notes)} {'note' if len(notes) == 1 else 'notes'}. {numbered}"}


def search_past_calls(context: ToolContext, query: str) -> dict[str, object]:
    """Search the person's past calls, earlier conversations with this agent, for what was said in them.

    Args:
        query: Words to look for, such as a name or a topic.
    """
    found = context.past_calls.search(query)
    if not found:
        return {"result": "Nothing about that was said in the past calls that are kept."}
    told = " ".join(_told(passage, context.now()) for passage in found)
    return {"result": told}


def _told(passage: Passage, now: float) -> str:
    who = {"user": "you said", "agent": "I said"}.get(passage.speaker, "it was noted")
    said = passage.text if len(passage.text) <= _MAX_SAID_CHARS else passage.text[: _MAX_SAID_CHARS - 1] + "…"
    return f"{_ago(now - passage.at)} {who}: {said.rstrip('.')}."


def _ago(seconds: float) -> str:
    for unit_s, name in ((_DAY_S, "day"), (_HOUR_S, "hour"), (_MINUTE_S, "minute")):
        if seconds >= unit_s:
            count = int(seconds // unit_s)
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "Just now"
