import os
from collections.abc import Iterator

import pytest

from domain.errors import InputError
from entrypoints.cli.live.text import Text, piped


def pieces(*given: str) -> Iterator[str]:
    """Yield pieces; who asks for one too many has waited for nothing."""
    yield from given
    raise AssertionError


@pytest.mark.parametrize(
    ("given", "tagged"),
    [
        (("Hel",), False),
        (("\n ", " Hi"), False),
        (
            (
                "<spe",
                "ak>Hello there.",
            ),
            True,
        ),
        (("\ufeff<?xml version='1.0'?>",), True),
        (("< is less than >",), False),
    ],
)
def test_no_more_is_read_than_tells_whether_it_is_ssml(
    given: tuple[str, ...], *, tagged: bool
) -> None:
    found, begun = Text(pieces(*given)).begun()
    assert found is tagged
    assert next(begun) == "".join(given)


@pytest.mark.parametrize("given", [(), ("",), (" \n", "\t")])
def test_nothing_is_told_to_be_nothing(given: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="empty"):
        Text(given).begun()


def test_every_piece_is_there_once() -> None:
    _, text = Text(("One ", "two ", "three")).begun()
    assert "".join(text) == "One two three"


def test_a_pipe_is_read_as_it_is_written_and_letters_are_never_cut() -> None:
    reader, writer = os.pipe()
    text = piped(reader, "utf-8")
    first, rest = "né".encode()[:2], "né".encode()[2:]
    os.write(writer, first)
    assert next(text) == "n"
    os.write(writer, rest + b"\xff")
    assert next(text) == "é\N{REPLACEMENT CHARACTER}"
    os.write(writer, "é".encode()[:1])
    os.close(writer)
    assert list(text) == ["\N{REPLACEMENT CHARACTER}"]
    os.close(reader)
