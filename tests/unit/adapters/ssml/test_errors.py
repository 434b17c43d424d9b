from collections.abc import Callable

import pytest

from adapters.ssml.limits import Limits
from adapters.ssml.markup import SsmlMarkup
from domain.errors import MarkupError
from domain.script import Script
from tests.fakes.wording import EchoWording

Parse = Callable[[str], Script]


@pytest.mark.parametrize(
    ("markup", "line", "column", "reason"),
    [
        ("a < b", 1, 3, "begins no tag"),
        ("a\n & b", 2, 2, "begins no entity"),
        ("é\r\né &nbsp; b", 2, 3, "not known"),
        ("a &#0;", 1, 3, "no character"),
        ("<speak>\n<p>a</s></speak>", 2, 7, "does not fit"),
        ("<speak>é<p>a", 1, 9, "<p> is not closed"),
        ("<speak>a</speak> b", 1, 9, "nothing may follow"),
        ("<speak>a</speak><speak>b</speak>", 1, 9, "nothing may follow"),
        ("a</_>b", 1, 2, "closes nothing"),
        ("a</p>", 1, 4, "does not fit"),
        ("a <b c='1", 1, 3, "attribute value has no end"),
        ("a <b", 1, 3, "tag has no end"),
        ("a <", 1, 3, "tag has no end"),
        ("a &amp", 1, 3, "entity has no end"),
        ("a <!-- b", 1, 3, "comment has no end"),
        ("a <![CDATA[ b", 1, 3, "CDATA section has no end"),
        ("a <?b", 1, 3, "processing instruction has no end"),
        ("<b a='1' a='2'/>", 1, 10, "twice"),
        ("<b a='<'/>", 1, 7, "may not stand here"),
        ("a\0", 1, 2, "may not stand here"),
        ("a ]]> b", 1, 5, "may not stand here"),
        ("a<?xml version='1.0'?>", 1, 2, "very start"),
        ("a\ud800b", 1, 2, "half a character"),
        ("a\udc00", 1, 2, "half a character"),
        ("<!DOCTYPE speak><speak/>", 1, 1, "DOCTYPE"),
        ('<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 2, 1, "DOCTYPE"),
        ("<!ENTITY a SYSTEM 'file:///etc/passwd'>", 1, 1, "DOCTYPE"),
        ('<?xml version="1.0"?> <speak>é &b;</speak>', 1, 32, "not known"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(
    parse: Parse, markup: str, line: int, column: int, reason: str
) -> None:
    with pytest.raises(MarkupError) as caught:
        parse(markup)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert reason in caught.value.reason


def nested(depth: int) -> str:
    return "<a>" * depth + "b" + "</a>" * depth


@pytest.mark.parametrize(
    ("fits", "fits_not", "column"),
    [
        (nested(3), nested(4), 10),
        ("<a/>b<c/>d<e/>", "<a/>b<c/>d<e/>f<g/>", 16),
        ("<a>b</a><c>d</c><e/>", "<a>b</a><c>d</c><e>f</e><g/>", 25),
        ("é" * 30, "é" * 31, 31),
    ],
)
def test_a_document_may_be_so_large_and_no_larger(fits: str, fits_not: str, column: int) -> None:
    markup = SsmlMarkup(EchoWording(), Limits(size_bytes=60, depth=3, nodes=6))
    markup.parse(fits, "en")
    with pytest.raises(MarkupError) as caught:
        markup.parse(fits_not, "en")
    assert (caught.value.line, caught.value.column) == (1, column)


def test_a_feed_that_failed_fails_again(reader: SsmlMarkup) -> None:
    feed = reader.begin("en")
    for _ in range(2):
        with pytest.raises(MarkupError, match="column 3"):
            feed.feed("a < b")
    with pytest.raises(MarkupError, match="column 3"):
        feed.close()
