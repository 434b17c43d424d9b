import pytest

from domain.script import Bleep, Mark, Rest, Say
from tests.unit.adapters.ssml.conftest import Read


@pytest.mark.parametrize(
    ("attributes", "seconds"),
    [
        ("", 0.75),
        ('strength="none"', 0.0),
        ('strength="x-weak"', 0.25),
        ('strength="weak"', 0.5),
        ('strength="medium"', 0.75),
        ('strength="strong"', 1.0),
        ('strength=" X-Strong "', 1.25),
        ('time="2s"', 2.0),
        ('time=".5s"', 0.5),
        ('time="250ms"', 0.25),
        ('time="0ms"', 0.0),
        ('time="999s"', 10.0),
        ('time="1s" strength="none"', 1.0),
    ],
)
def test_a_break_is_as_long_as_it_says(read: Read, attributes: str, seconds: float) -> None:
    assert read(f"a<break {attributes}/>b") == [Say("a"), Rest(seconds), Say("b")]


@pytest.mark.parametrize(
    ("markup", "seconds"),
    [
        ('<break time="1s"/> <break time="2s"/>', 3.0),
        ('<break time="8s"/><break time="8s"/>', 10.0),
        ('<break strength="none"/><break time="0s"/>', 0.0),
        ("<p/>", 1.25),
        ("<s/>", 1.0),
        ("<p><s/></p><s/>", 1.25),
        ('</p><break time="100ms"/><p>', 0.1),
        ('<break time="3s"/><p/>', 3.0),
        ('<p/><break strength="none"/>', 0.0),
    ],
)
def test_pauses_in_one_place_are_one(read: Read, markup: str, seconds: float) -> None:
    inner = f"a{markup}b"
    whole = f"<p>{inner}</p>" if markup.startswith("</p>") else inner
    assert read(whole) == [Say("a"), Rest(seconds), Say("b")]


def test_paragraphs_and_sentences_pause_between_one_another_alone(read: Read) -> None:
    markup = "<speak> <p> <s>a</s> <s>b</s> </p> <p>c</p> </speak>"
    assert read(markup) == [Say("a"), Rest(1.0), Say("b"), Rest(1.25), Say("c")]


def test_breaks_at_both_ends_stay(read: Read) -> None:
    markup = '<p><break time="1s"/>a<break time="2s"/></p>'
    assert read(markup) == [Rest(1.0), Say("a"), Rest(2.0)]


def test_a_mark_between_paragraphs_is_passed_when_the_next_begins(read: Read) -> None:
    markup = '<p>a</p><mark name="m"/><p>b</p>'
    assert read(markup) == [Say("a"), Rest(1.25), Mark("m"), Say("b")]


def test_a_mark_between_breaks_keeps_them_apart(read: Read) -> None:
    markup = 'a<break time="1s"/><mark name="m"/><break time="2s"/><p>b</p>'
    assert read(markup) == [Say("a"), Rest(1.0), Mark("m"), Rest(2.0), Say("b")]


def test_a_tone_is_a_sound_that_paragraphs_pause_behind(read: Read) -> None:
    markup = '<say-as interpret-as="bleep">abcd</say-as><p>b</p>'
    assert read(markup) == [Bleep(0.24), Rest(1.25), Say("b")]
