"""Shared by all tests: which of them must have the machine's sound to themselves."""

import pytest

# These talk to an agent that listens and speaks at the pace of speech; two at once would delay each other.
_AT_THE_PACE_OF_SPEECH = (
    "test_server_",
    "test_call_with_local_agent",
    "test_tools_with_local_agent",
)
# Browser tests without a call of their own.
_WITHOUT_A_CALL = ("test_panel", "test_transcript", "test_shared_connection", "test_setup")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        name, folder = item.path.name, item.path.parent.name
        calls = folder == "browser" and not name.startswith(_WITHOUT_A_CALL)
        if calls or name.startswith(_AT_THE_PACE_OF_SPEECH):
            item.add_marker(pytest.mark.xdist_group("at the pace of speech"))
