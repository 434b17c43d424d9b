from collections.abc import Callable

import pytest

from domain.script import Bleep, Mark, Pronunciation, Prosody, Rest, Say, Script
from tests.unit.adapters.ssml.conftest import Read

Parse = Callable[[str], Script]


def test_the_content_of_say_as_is_understood_as_one(read: Read) -> None:
    markup = (
        'Call <say-as interpret-as="Telephone" format="1"> 91<emphasis>1</emphasis>'
        '\n<sub alias="22">x</sub> </say-as>.'
    )
    assert read(markup) == [Say("Call [911 22|telephone|1|en] .")]


def test_say_as_speaks_the_language_around_it(read: Read) -> None:
    markup = '<lang xml:lang="de"><say-as interpret-as="date">1.2.</say-as></lang>'
    assert read(markup) == [Say("[1.2.|date||de]", language="de")]


def test_say_as_within_say_as_is_understood_first(read: Read) -> None:
    inner = '<say-as interpret-as="digits">1</say-as>'
    markup = f'<say-as interpret-as="unit">{inner} m</say-as>'
    assert read(markup) == [Say("[[1|digits||en] m|unit||en]")]


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ('interpret-as="klingon"', "interpret-as='klingon' of <say-as> is not understood"),
        ('interpret-as="address"', "say-as address is not known here"),
        ("", "a <say-as> without interpret-as has no effect"),
    ],
)
def test_an_unknown_say_as_is_plain_text(parse: Parse, attributes: str, told: str) -> None:
    script = parse(f"a <say-as {attributes}>b</say-as>")
    assert script.items == (Say("a b"),)
    assert len(script.warnings) == 1
    assert told in script.warnings[0]


@pytest.mark.parametrize("kind", ["expletive", "bleep"])
@pytest.mark.parametrize(("word", "seconds"), [("x", 0.2), (" darn ", 0.24), ("x" * 99, 1.5)])
def test_a_word_not_to_be_heard_is_a_tone(read: Read, kind: str, word: str, seconds: float) -> None:
    items = read(f'you <say-as interpret-as="{kind}">{word}</say-as> dog')
    assert items == [Say("you"), Bleep(seconds), Say("dog")]


@pytest.mark.parametrize("kind", ["bleep", "date"])
def test_an_empty_say_as_is_nothing(read: Read, kind: str) -> None:
    assert read(f'a<say-as interpret-as="{kind}"> </say-as>b') == [Say("a b")]


def test_an_alias_is_spoken_instead_but_marks_are_passed(read: Read) -> None:
    markup = '<sub alias=" World  Wide Web ">W<break/><emphasis>W</emphasis><mark name="m"/></sub>!'
    assert read(markup) == [Say("World Wide Web"), Mark("m"), Say("!")]


def test_a_pronunciation_keeps_to_its_word_wherever_it_comes_to_stand(read: Read) -> None:
    markup = (
        'Eat  a <phoneme alphabet="ipa" ph="təˈmeɪtəʊ">\n tomato </phoneme> or'
        ' <phoneme ph="təˈmɑːtəʊ">to<emphasis level="none">ma</emphasis>to</phoneme>.'
    )
    (said,) = read(markup)
    assert isinstance(said, Say)
    assert said.text == "Eat a tomato or tomato."
    spoken = [(said.text[span.char : span.char_end], span.ipa) for span in said.pronunciations]
    assert spoken == [("tomato", "təˈmeɪtəʊ"), ("tomato", "təˈmɑːtəʊ")]


def test_a_pronunciation_has_the_manner_around_it(read: Read) -> None:
    markup = 'a<prosody rate="fast"><phoneme ph="b"> b</phoneme></prosody>'
    span = Pronunciation(0, 1, "b")
    assert read(markup) == [Say("a "), Say("b", Prosody(rate=1.25), pronunciations=(span,))]


def test_x_sampa_becomes_ipa(read: Read) -> None:
    markup = '<phoneme alphabet="X-SAMPA" ph="t@&quot;meIt@U">tomato</phoneme>'
    assert read(markup) == [Say("tomato", pronunciations=(Pronunciation(0, 6, "təˈmeɪtəʊ"),))]


@pytest.mark.parametrize(
    "attributes",
    [
        *['alphabet="klingon" ph="x"', 'alphabet="x-sampa" ph="é"', 'alphabet="ipa"'],
        f'ph="{"a" * 501}"',
    ],
)
def test_sounds_that_cannot_be_read_leave_the_text(parse: Parse, attributes: str) -> None:
    script = parse(f"<phoneme {attributes}>b</phoneme>")
    assert script.items == (Say("b"),)
    assert len(script.warnings) == 1


def test_a_pause_or_a_pronunciation_within_say_as_is_remarked_on(parse: Parse) -> None:
    inner = '1<break/><p>2</p><phoneme ph="x">3</phoneme><mark name="m"/>'
    script = parse(f'<say-as interpret-as="digits">{inner}</say-as>')
    assert script.items == (Mark("m"), Say("[123|digits||en]"))
    assert len(script.warnings) == 2


@pytest.mark.parametrize(
    ("markup", "told"),
    [
        ('<audio src="http://x/a.wav"><desc>d</desc>b</audio>', "never fetched"),
        ('<lexicon uri="http://x/a.pls"/>b', "never fetched"),
        ("<blink>b</blink>", "<blink> is not known"),
        ("<mstts:express-as style='sad'>b</mstts:express-as>", "<mstts:express-as> is not known"),
        ("<x xmlns:m='urn:m'><m:break/>b</x>", "<m:break> is not known"),
        (f"<{'u' * 99}>b</{'u' * 99}>", f"<{'u' * 40}> is not known"),
    ],
)
def test_what_is_not_understood_speaks_what_it_holds(parse: Parse, markup: str, told: str) -> None:
    script = parse(f"a\n{markup}")
    assert script.items == (Say("a b"),)
    assert any(each.startswith("Line 2: ") and told in each for each in script.warnings)


@pytest.mark.parametrize(
    "markup",
    [
        "a<ssml:break/>b",
        '<speak xmlns="http://www.w3.org/2001/10/synthesis" xml:base="/">a<break/>b</speak>',
        '<q:speak xmlns:q="http://www.w3.org/2001/10/synthesis">a<q:break/>b</q:speak>',
        '<speak xmlns:xsi="urn:x" xsi:schemaLocation="y">a<break q:z="1"/>b</speak>',
    ],
)
def test_any_prefix_will_do(read: Read, markup: str) -> None:
    assert read(markup) == [Say("a"), Rest(0.75), Say("b")]


def test_what_only_tells_about_the_document_is_not_spoken(read: Read) -> None:
    markup = "<metadata><rdf:x>no</rdf:x><break/></metadata><meta name='a' content='b'/>yes"
    assert read(markup) == [Say("yes")]


def test_a_warning_comes_once_and_twenty_at_most(parse: Parse) -> None:
    assert parse("<a/>\n<a/>\n<b/>").warnings == (
        "Line 1: the element <a> is not known; what it holds is spoken",
        "Line 3: the element <b> is not known; what it holds is spoken",
    )
    assert len(parse("".join(f"<a{number}/>" for number in range(50))).warnings) == 20


def test_a_warning_shows_no_character_that_turns_text_around(parse: Parse) -> None:
    (told,) = parse("<break time='\u202e'/>a").warnings
    assert "\u202e" not in told
