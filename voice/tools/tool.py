"""One tool: a function with what the agent and the page are told about it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from voice.protocol.config import FunctionTool
from voice.tools.signature import argument_types, context_argument, description_of, parameters_of


class ToolProblem(Exception):
    """What a tool can't do, as a sentence that the agent may read out: the agent is told nothing else."""


@dataclass(frozen=True)
class Tool:
    """`function` is called with checked arguments, in a thread of its own, and gives what JSON can hold.

    `title` and `icon` (a Material icon as Streamlit writes it) are for the page, `on` is whether a new page
    starts with it switched on. Name, description and schema come from the function; raises `UnfitFunction`.
    """

    function: Callable[..., object]
    title: str
    icon: str
    on: bool = True

    def __post_init__(self) -> None:
        _ = self.schema  # a function that can't be a tool shows at import

    @property
    def name(self) -> str:
        """The name by which the agent calls it."""
        return self.function.__name__

    @cached_property
    def schema(self) -> FunctionTool:
        """What goes to the agent."""
        return FunctionTool(
            name=self.name,
            description=description_of(self.function),
            parameters=parameters_of(self.function),
        )

    @cached_property
    def context_argument(self) -> str | None:
        """The argument that takes the `ToolContext`."""
        return context_argument(self.function)

    @cached_property
    def types(self) -> dict[str, Any]:
        """Type hints of the arguments."""
        return argument_types(self.function)
