"""Shared by all tests: which of them must have the machine's sound to themselves."""

import pytest

# These talk to an agent that listens and speaks at the pace of speech; two at once would delay each other.
_AT_THE_PACE_OF_SPEECH = (
    "test_server_",
    "test_call_with_local_agent",
    "test_tools_with_local_agent",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name.startswith(_AT_THE_PACE_OF_SPEECH):
            item.add_marker(pytest.mark.xdist_group("at the pace of speech"))
