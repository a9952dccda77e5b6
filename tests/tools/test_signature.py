"""What the agent is told of a function: its schema, from type hints and docstring."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it ships no types

from voice.tools import catalogue, default_names, schemas
from voice.tools.context import ToolContext
from voice.tools.signature import UnfitFunction, context_argument, description_of, parameters_of


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


def order(
    context: ToolContext,
    what: str,
    count: int,
    price: float,
    *,
    gift: bool,
    size: Size,
    colour: Literal["red", "blue"] | None = None,
    extras: list[str] | None = None,
    note: str = "",
) -> None:
    """Order something
    from the shop.

    Args:
        what: What to order,
            in plain words.
        count: How many.
        size: How large: the small one
          is cheaper.

    Returns:
        Nothing.
    """


def test_every_type_becomes_its_schema_and_the_context_is_not_the_agents_to_give() -> None:
    assert parameters_of(order) == {
        "type": "object",
        "properties": {
            "what": {"type": "string", "description": "What to order, in plain words."},
            "count": {"type": "integer", "description": "How many."},
            "price": {"type": "number"},
            "gift": {"type": "boolean"},
            "size": {
                "type": "string",
                "enum": ["small", "large"],
                "description": "How large: the small one is cheaper.",
            },
            "colour": {"type": ["string", "null"], "enum": ["red", "blue", None]},
            "extras": {"type": ["array", "null"], "items": {"type": "string"}},
            "note": {"type": "string"},
        },
        "required": ["what", "count", "price", "gift", "size"],
    }
    assert context_argument(order) == "context"
    assert description_of(order) == "Order something from the shop."


def untyped(x) -> None:  # type: ignore[no-untyped-def]
    """No type."""


def odd(x: dict[str, int]) -> None:
    """No schema for it."""


def either(x: int | str) -> None:
    """Two types."""


def mixed(x: Literal["a", 1]) -> None:
    """Two types of choices."""


def many(*x: int) -> None:
    """Not by name."""


@pytest.mark.parametrize("function", [untyped, odd, either, mixed, many])
def test_a_function_that_an_agent_cant_call_is_refused_when_it_is_defined(
    function: Callable[..., Any],
) -> None:
    with pytest.raises(UnfitFunction, match=r"\(x\)"):
        parameters_of(function)


def test_a_function_without_a_docstring_is_refused() -> None:
    with pytest.raises(UnfitFunction, match="docstring"):
        description_of(lambda: None)


def test_shipped_tools_are_told_apart_and_described_to_agent_and_page() -> None:
    names = [tool.name for tool in catalogue()]
    assert len(set(names)) == len(names) <= 10
    for tool in catalogue():
        Draft202012Validator.check_schema(tool.schema.parameters)
        assert tool.schema.description
        assert tool.title
        assert tool.icon.startswith(":material/")
        for name, schema in tool.schema.parameters["properties"].items():
            assert schema.get("description"), f"{tool.name} says nothing of {name}"


def test_schemas_come_in_the_order_of_the_catalogue_and_unknown_names_are_left_out() -> None:
    chosen = schemas(["list_notes", "made_up", "current_time"])
    assert [schema.name for schema in chosen] == ["current_time", "list_notes"]
    assert schemas([]) == ()
    assert set(default_names()) < {tool.name for tool in catalogue()}
