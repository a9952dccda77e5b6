"""How a text that the person typed is put to the agent, and found again by the local agent. Pure.

The content of `conversation.message` was seen not to reach the service's model, while instructions of
`reply.create` do (2026-09), so the text goes both ways.
"""

import json

_BEFORE = (
    "The person typed the following message to you, as a JSON string, instead of saying it. "
    "Answer it as if they had said it: "
)


def instructions_for(text: str) -> str:
    """Instructions that have the agent answer `text`."""
    return _BEFORE + json.dumps(text, ensure_ascii=False)


def text_in(instructions: str) -> str | None:
    """The typed text in instructions made by `instructions_for`, else None."""
    if not instructions.startswith(_BEFORE):
        return None
    try:
        text = json.loads(instructions[len(_BEFORE) :])
    except ValueError:
        return None
    return text if isinstance(text, str) else None
