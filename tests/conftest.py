"""Shared by all tests: which of them run in virtual time, and how property tests are drawn."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
from hypothesis import settings

from tests.support.virtual_time import VirtualTimeLoop

# Hypothesis's own: no deadlines, which a busy machine misses, and the same examples every time.
settings.load_profile("ci")


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests marked `virtual_time` get its loop, as do their fixtures."""
    if item.get_closest_marker("virtual_time"):
        return {"virtual": VirtualTimeLoop}
    return {"real": asyncio.new_event_loop}
