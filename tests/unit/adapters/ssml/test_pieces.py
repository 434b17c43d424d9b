"""Markup in pieces means what it means whole."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ssml.markup import SsmlMarkup
from adapters.ssml.merging import merged, trimmed
from domain.errors import MarkupError
from domain.script import Item, Mark, Rest, Say, Script
from tests.fakes.wording import EchoWording

RICH = (
    '\ufeff<?xml version="1.0"?>\r\n<speak xml:lang="en">\r\n <p>Hello &amp; wel&#99;ome, 😀!</p>'
    '<mark name="m"/><p><s>One <say-as interpret-as="date" format="mdy">1/<b>2</b>/3</say-as> or'
    ' <sub alias="a &gt; b">x<mark name="n"/></sub></s><!-- no <b> --><s>Two<![CDATA[ <3 ]]>'
    '<break time="1s"/> <break/></s></p>\r\nSay <phoneme ph="x > y">the  word</phoneme> '
    "<prosody rate=\"fast\" volume='+6dB'>very <emphasis>fast</emphasis></prosody> now, ]] or"
    ' <say-as interpret-as="bleep">never</say-as>.\r\n<?go?><wink/></speak>\r\n'
)
PARTS = st.sampled_from(
    [
        *[
            "<p>",
            "</p>",
            "<s/>",
            "<break/>",
            '<mark name="m"/>',
            "a",
            " ",
            "\n",
            "\r",
            "&amp;",
            "&",
        ],
        *['<prosody rate="fast">', "</prosody>", '<say-as interpret-as="date">', "</say-as>"],
        *["<x:y>", "</x:y>", "<!-- -->", "<![CDATA[ ]]]>", "<", ">", "]]", "😀", "\ud800", "</_>"],
        *["<speak>", "</speak>", '<phoneme ph="x">', "</phoneme>", "b c", "<?xml ?>", "<!D", '"'],
        *['<sub alias="z">', "</sub>", "<emphasis>", "</emphasis>", "&#32;", "<a b='>'/>"],
    ]
)


def in_pieces(pieces: Iterable[str]) -> tuple[list[Item], tuple[str, ...]]:
    feed = SsmlMarkup(EchoWording()).begin("en")
    items = [item for piece in pieces for item in feed.feed(piece)]
    rest = feed.close()
    return trimmed(merged([*items, *rest.items])), rest.warnings


def whole(markup: str) -> Script:
    return SsmlMarkup(EchoWording()).parse(markup, "en")


def outcome(pieces: Iterable[str]) -> str | tuple[list[Item], tuple[str, ...]]:
    try:
        return in_pieces(pieces)
    except MarkupError as error:
        return str(error)


def assert_read_whole(markup: str, items: list[Item], warnings: tuple[str, ...]) -> None:
    """The two may only differ in that an end of the pieces closes what is open."""
    try:
        script = whole(markup)
    except MarkupError as error:
        assert "is not closed" in error.reason  # noqa: PT017 - one of two ways to end
    else:
        assert (list(script.items), script.warnings) == (items, warnings)


def split(text: str, places: Iterable[int]) -> list[str]:
    return [text[a:b] for a, b in pairwise([0, *sorted(places), len(text)])]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 10_000])
def test_a_rich_document_in_pieces_of_one_size(size: int) -> None:
    script = whole(RICH)
    assert len(script.items) == 14
    pieces = split(RICH, range(size, len(RICH), size))
    assert in_pieces(pieces) == (list(script.items), script.warnings)


@given(st.lists(st.integers(0, len(RICH)), max_size=12))
def test_a_rich_document_split_anywhere(places: list[int]) -> None:
    script = whole(RICH)
    assert in_pieces(split(RICH, places)) == (list(script.items), script.warnings)


@given(st.lists(PARTS, max_size=12), st.lists(st.integers(0, 200), max_size=6))
def test_any_document_split_anywhere(parts: list[str], places: list[int]) -> None:
    markup = "".join(parts)
    pieces = split(markup, [min(place, len(markup)) for place in places])
    heard, at_once = outcome(pieces), outcome([markup])
    assert heard == at_once
    if not isinstance(at_once, str):
        assert_read_whole(markup, *at_once)


def test_a_surrogate_pair_in_two_pieces_is_one_character() -> None:
    assert in_pieces(["a\ud83d", "\ude00"]) == ([Say("a😀")], ())


def test_what_is_whole_is_handed_out_at_once() -> None:
    feed = SsmlMarkup(EchoWording()).begin("en")
    assert feed.feed("<speak>Hello. ") == [Say("Hello. ")]
    assert feed.feed("Wor") == [Say("Wor")]
    assert feed.feed("ld &am") == [Say("ld ")]
    assert feed.feed("p; <mark na") == [Say("& ")]
    assert feed.feed('me="m"/>Now <say-as interpret-as="digits">1') == [Mark("m"), Say("Now ")]
    assert feed.feed("2</say-as> <p>") == [Say("[12|digits||en] ")]
    assert feed.feed("a<break/>") == [Rest(1.25), Say("a")]
    assert feed.close() == Script((Rest(0.75),))


def test_what_is_open_at_the_end_is_closed() -> None:
    feed = SsmlMarkup(EchoWording()).begin("en")
    assert feed.feed('<speak><p><say-as interpret-as="digits">1') == []
    assert feed.close() == Script((Say("[1|digits||en]"),))


def test_text_in_many_pieces_is_one_node() -> None:
    feed = SsmlMarkup(EchoWording()).begin("en")
    for _ in range(11_000):
        feed.feed("a")
    assert feed.feed("<s/>b") == [Rest(1.0), Say("b")]
