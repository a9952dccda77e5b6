"""The scenes of the probe: each makes one or a few short calls and notes what it saw."""

from collections.abc import Awaitable, Callable

from voice.probe.bench import Bench
from voice.probe.scenes.greeting import greeting
from voice.probe.scenes.refusals import refusals
from voice.probe.scenes.resume import resume
from voice.probe.scenes.tools import tools
from voice.probe.scenes.turn import turn
from voice.probe.scenes.typed import typed

# By the name of the scene whose rows they note. What is kept of the sessions comes last, and apart.
CALLS: dict[str, Callable[[Bench], Awaitable[None]]] = {
    "refusals": refusals,
    "greeting": greeting,
    "turn": turn,
    "typed": typed,
    "tools": tools,
    "resume": resume,
}
