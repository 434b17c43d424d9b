import pytest

from domain.script import Mark, Prosody, Rest, Say
from tests.unit.adapters.ssml.conftest import Read

FAST = Prosody(rate=1.25)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Hello", "Hello"),
        ("<speak>Hello</speak>", "Hello"),
        ("\ufeff<speak>Hello</speak>", "Hello"),
        ('<?xml version="1.0"?>\n<speak version="1.1">Hello</speak>\n', "Hello"),
        ('<?xml version="1.0" encoding="UTF-16"?><speak>Hé</speak>', "Hé"),
        ("  a \n\t b  ", "a b"),
        ("a\r\nb\rc", "a b c"),
        ("a &amp; b &lt; &#99; &#x64;&#10;e", "a & b < c d e"),
        ("<![CDATA[a <b> & c]]>", "a <b> & c"),
        ("Hel<!-- no -->lo<?go on?> all", "Hello all"),
        ("non\u00a0breaking", "non\u00a0breaking"),
        ("\ud83d\ude00", "😀"),
        ("אב \u202e ab", "אב \u202e ab"),
    ],
)
def test_text_is_read_as_a_reader_would(read: Read, markup: str, text: str) -> None:
    assert read(markup) == [Say(text)]


@pytest.mark.parametrize("markup", ["", " \n", "<speak/>", "<speak> <p> </p></speak>", "<!-- -->"])
def test_nothing_to_say_is_no_item(read: Read, markup: str) -> None:
    assert read(markup) == []


def test_a_space_belongs_to_the_words_before_it(read: Read) -> None:
    items = read('very<prosody rate="fast"> big <emphasis level="none"> </emphasis></prosody>dog')
    assert items == [Say("very "), Say("big ", FAST), Say("dog")]


def test_words_of_one_manner_are_one(read: Read) -> None:
    assert read('a <prosody rate="medium">b</prosody> <sub alias="c">x</sub> d') == [Say("a b c d")]


def test_no_space_stands_before_a_pause_nor_behind_it(read: Read) -> None:
    assert read("a \n <break/> b ") == [Say("a"), Rest(0.75), Say("b")]


def test_a_mark_leaves_one_space(read: Read) -> None:
    assert read('a <mark name="m"/> b') == [Say("a "), Mark("m"), Say("b")]
    assert read('a<mark name="m"/> b') == [Say("a"), Mark("m"), Say(" b")]
