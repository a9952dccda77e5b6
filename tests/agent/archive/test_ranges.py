"""Which part of a file a Range header wants."""

import pytest

from voice.agent.archive.ranges import Unsatisfiable, part_of


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=10-", (10, 100)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-10", (90, 100)),
        ("bytes=-500", (0, 100)),
        # As the standard allows, what is not understood is not there.
        (None, None),
        ("", None),
        ("bytes=-", None),
        ("bytes=9-3", None),
        ("bytes=0-1,5-6", None),
        ("words=0-1", None),
        ("bytes=\u0661-\u0662", None),
        (f"bytes={'9' * 400}-", None),
    ],
)
def test_a_range_is_read(header: str | None, part: tuple[int, int] | None) -> None:
    assert part_of(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=200-300", "bytes=-0"])
def test_a_range_behind_the_end_can_not_be_had(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        part_of(header, 100)
