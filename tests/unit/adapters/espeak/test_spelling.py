import pytest

from adapters.espeak.native import WORD, Mark
from adapters.espeak.spelling import Spelling, spell
from domain.ports import Pronunciation
from tests.unit.adapters.espeak.conftest import Booth


def spelled(text: str, *pronunciations: Pronunciation) -> Spelling:
    return spell(text, pronunciations, lambda ipa: ipa.strip("?"))


def test_plain_text_is_sent_as_it_is() -> None:
    assert spelled("Ça va, 20° & №5 [x]?").sent == "Ça va, 20° & №5 [x]?"


def test_brackets_of_the_text_never_meet_those_of_a_pronunciation() -> None:
    line = spelled("[[a]] cat [[b", Pronunciation(6, 9, "kat"))
    assert line.sent == "((a]] [[kat]] ((b"
    assert line.span(Mark(WORD, 9, 2, 0)) == (6, 9)
    assert line.span(Mark(WORD, 17, 1, 0)) == (12, 13)


def test_a_pronunciation_that_says_nothing_leaves_the_word() -> None:
    assert spelled("a cat", Pronunciation(2, 5, "?")).sent == "a cat"


@pytest.mark.parametrize("picture", ["\U0001f920", "\u28fe", "\u24dc", "\u2139", "\U0001f44d"])
def test_pictures_are_left_unsaid(picture: str) -> None:
    assert spelled(f"a{picture}b").sent == "a b"


@pytest.mark.parametrize(("letter", "longest"), [("a", 40), ("ك", 40), ("ก", 40), ("𐎀", 30)])
def test_a_run_without_a_space_is_broken_and_still_points_home(letter: str, longest: int) -> None:
    line = spelled(letter * 300)
    assert max(map(len, line.sent.split())) == longest
    assert line.sent.replace(" ", "") == letter * 300
    assert len(line.spans) == len(line.sent)
    assert line.spans[-1] == (299, 300)


def test_words_of_ordinary_length_are_never_broken() -> None:
    text = "Donaudampfschifffahrtsgesellschaft " * 8
    assert spelled(text).sent == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fa", "\u0643" * 300),
        ("de", "Hallo \U0001f920!"),
        ("ar", "\u28fe\u291b"),
        ("am", "\u24c2\u24e0"),
    ],
)
async def test_texts_that_kill_a_bare_espeak_are_spoken(
    booth: Booth, language: str, text: str
) -> None:
    child = booth.pid
    await booth.hear(booth.line(text, language))
    assert booth.pid == child
