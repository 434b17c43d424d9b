"""Which part of a file a Range header asks for."""

import pytest

from entrypoints.native.ranges import asked_part


@pytest.mark.parametrize(
    ("header", "part"),
    [
        (None, (0, 100)),
        ("bytes=0-9", (0, 10)),
        ("bytes=90-", (90, 100)),
        ("bytes = 5 - 5", (5, 6)),
        ("bytes=-10", (90, 100)),
        ("bytes=-1000", (0, 100)),
        ("bytes=50-1000", (50, 100)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=9-5", (0, 100)),
        ("bytes=0-1,5-6", (0, 100)),
        ("items=0-1", (0, 100)),
        ("bytes=-", (0, 100)),
        ("bytes=x-y", (0, 100)),
    ],
)
def test_one_range_is_answered_and_what_is_none_means_all(
    header: str | None, part: tuple[int, int] | None
) -> None:
    assert asked_part(header, 100) == part


def test_nothing_of_an_empty_file_can_be_asked_for() -> None:
    assert asked_part("bytes=0-", 0) is None
    assert asked_part(None, 0) == (0, 0)
