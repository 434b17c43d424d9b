"""Plain text with breaks in it, and markup with flushes in it."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from domain.errors import MarkupError
from domain.feeds import PlainFeed, TaggedFeed
from domain.ports import MarkupFeed
from domain.script import Item, Rest, Say, Script
from tests.fakes.markup import FakeMarkup

BREAK = '<break time="1s"/>'
WRONG = "<break oops>"


class Breaks(FakeMarkup):
    """Knows one break, and refuses another."""

    @override
    def parse(self, markup: str, language: str) -> Script:
        if WRONG in markup:
            raise MarkupError("it is wrong")
        return Script((Rest(1.0),))


def plain(*pieces: str) -> list[Item]:
    feed = PlainFeed(Breaks(), "en")
    items = [item for piece in pieces for item in feed.feed(piece)]
    return [*items, *feed.close().items]


def said(items: Sequence[Item]) -> str:
    return "".join(item.text if isinstance(item, Say) else "|" for item in items)


@given(
    st.lists(
        st.sampled_from(
            [BREAK, "<break/>", WRONG, "<", "<b", "<bread>", "a", "1 < 2", ">", "\n", " "]
        )
    ),
    st.lists(st.integers(0, 120)),
)
def test_a_break_means_the_same_however_it_is_cut(parts: list[str], at: list[int]) -> None:
    text = "".join(parts)
    edges = [0, *sorted(min(place, len(text)) for place in at), len(text)]
    pieces = [text[begin:end] for begin, end in pairwise(edges)]
    wanted = text.replace(BREAK, "|").replace("<break/>", "|").replace(WRONG, "")
    assert said(plain(*pieces)) == wanted


@pytest.mark.parametrize("text", ["<breakfast/>", "a < b", "<p>x</p>", "&amp;", "</break>", "<"])
def test_nothing_else_is_markup(text: str) -> None:
    assert plain(text) == plain(*text) or said(plain(*text)) == text
    assert said(plain(text)) == text


def test_a_break_that_never_ends_is_text() -> None:
    text = "<break " + "x" * 200
    assert said(plain(*text)) == text


def test_a_flush_reads_what_was_begun_and_the_next_text_begins_anew() -> None:
    feed = PlainFeed(Breaks(), "en")
    assert said(feed.feed("One <brea")) == "One "
    assert feed.close() == Script((Say("<brea"),))
    assert said(feed.feed("k/>")) == "k/>"
    assert feed.close() == Script(())


class Noted(MarkupFeed):
    """Notes what it is given."""

    def __init__(self) -> None:
        self.given = [""]

    @override
    def feed(self, text: str) -> Sequence[Item]:
        self.given[-1] += text
        return ()

    @override
    def close(self) -> Script:
        self.given.append("")
        return Script(())


def documents(*texts: str) -> list[str]:
    """What a feed was given, where a flush follows each text but the last."""
    noted = Noted()
    feed = TaggedFeed(noted)
    for number, text in enumerate(texts):
        if number:
            feed.close()
        for character in text:
            feed.feed(character)
    return noted.given


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("One <bre", "ak/> two", ("One ", "<break/> two")),
        ("One <", "break/> two", ("One ", "<break/> two")),
        ("One &am", "p; two", ("One ", "&amp; two")),
        ("One </", "p> two", ("One ", "</p> two")),
        ("One <p\n", "> two", ("One ", "<p\n> two")),
        ("One &amp\n", "two", ("One &amp\n", "two")),
        ("One < 6", " two", ("One < 6", " two")),
        ("<p>One", "two", ("<p>One", "two")),
    ],
)
def test_what_is_half_there_at_a_flush_begins_the_text_behind_it(
    before: str, after: str, whole: tuple[str, ...]
) -> None:
    assert documents(before, after) == list(whole)


def test_a_tag_without_end_is_not_held_for_ever() -> None:
    assert documents("<p " + "x" * 5_000, "") == ["<p " + "x" * 5_000, ""]
