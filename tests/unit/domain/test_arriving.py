"""Text in pieces: all of it is said, and nothing is cut that belongs together."""

import random
import re
import time
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from domain.arriving import Arriving, spoken_text
from domain.errors import MarkupError
from domain.ports import MarkupFeed, SentenceSplitter
from domain.script import PLAIN, Item, Mark, Pronunciation, Prosody, Rest, Say, Script
from tests.fakes.sentences import FullStopSplitter

FAST = Prosody(rate=2.0)


class Straight(MarkupFeed):
    """Hands on what it is given; a test may put items between."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.rest = Script(())

    @override
    def feed(self, text: str) -> Sequence[Item]:
        items, self.items = [*self.items, *([Say(text)] if text else [])], []
        return items

    @override
    def close(self) -> Script:
        return self.rest


class Careful(SentenceSplitter):
    """Knows that a blank follows a sentence, and one abbreviation."""

    @override
    def split(self, text: str, language: str) -> list[str]:
        return re.findall(r".*?(?:(?<!Dr)[.!?]\s+|。\s*)|.+", text, re.DOTALL)


def arriving(*pieces: str) -> Arriving:
    text = Arriving(Straight(), Careful(), "en")
    for piece in pieces:
        text.hear(piece)
    return text


def taken(text: Arriving, chars: int | None = None) -> str:
    return spoken_text(text.take(chars))


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["Hello", " ", ". ", "3.", "14", "12 5", "00 ", ", and", "\n", "你好。", "Dr."]
        ),
        st.text(max_size=6),
    ),
    max_size=30,
)
WAYS = st.sampled_from(["sentences", "eager", "clauses", "words", "nothing"])


def how_many(text: Arriving, way: str) -> int:
    match way:
        case "sentences":
            return text.sentences()
        case "eager":
            return text.sentences(eager=True)
        case "clauses":
            return text.clauses()
        case "words":
            return text.words()
    return 0


@given(PIECES, st.data())
def test_what_is_taken_joined_is_the_text(pieces: list[str], data: st.DataObject) -> None:
    text = arriving()
    heard = ""
    for piece in pieces:
        text.hear(piece)
        chars = how_many(text, data.draw(WAYS))
        assert 0 <= chars <= len(text.text)
        heard += taken(text, chars)
        assert heard + text.text == "".join(pieces)[: len(heard) + len(text.text)]
        assert text.audible == any(map(str.isalnum, text.text))
    assert heard + taken(text) == "".join(pieces)
    assert not text.text
    assert not text.audible


@given(
    st.lists(st.sampled_from(["one", "two,", "three.", "3.14", "12 500", "1,000.50", "mid-day"])),
    st.sampled_from(["sentences", "clauses", "words"]),
    st.randoms(use_true_random=False),
)
def test_no_word_and_no_number_is_cut(words: list[str], way: str, dice: random.Random) -> None:
    whole = " ".join([*words, "end"])
    text, parts = arriving(), []
    for character in whole:
        text.hear(character)
        if dice.random() < 0.7 and (chars := how_many(text, way)):
            parts.append(taken(text, chars))
    parts.append(taken(text))
    ends, at = set(), 0
    for word in [*words, "end"]:
        at += len(word) + 1
        ends.add(at)
    cut = 0
    for part in parts[:-1]:
        cut += len(part)
        assert {cut, cut + 1} & ends


@pytest.mark.parametrize(
    ("pieces", "whole", "eagerly"),
    [
        (("Hello there",), "", ""),
        (("Hello there.",), "", "Hello there."),
        (("Hello there", ". "), "Hello there. ", "Hello there. "),
        (("Hello there. Y",), "Hello there. ", "Hello there. "),
        (("It is Dr.",), "", ""),
        (("It is Dr.", " "), "", ""),
        (("It is Dr.", " Smith"), "", ""),
        (("It costs 3.",), "", ""),
        (("It costs 3.", " "), "", ""),
        (("It costs 3. Really",), "", ""),
        (("It costs 3. Really ",), "It costs 3. ", "It costs 3. "),
        (("",), "", ""),
        (("... ",), "... ", "... "),
    ],
)
def test_a_sentence_ends_where_it_is_sure_to(
    pieces: Iterable[str], whole: str, eagerly: str
) -> None:
    text = arriving(*pieces)
    assert text.text[: text.sentences()] == whole
    assert text.text[: text.sentences(eager=True)] == eagerly


def test_a_clause_is_cut_where_a_speaker_would_breathe() -> None:
    text = arriving("When all is said and done, the", " rest")
    assert text.text[: text.clauses()] == "When all is said and done,"
    assert arriving("Well, yes").clauses() == 0


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        (("Hel",), ""),
        (("Hello", " "), "Hello "),
        (("Hello", " wor"), "Hello "),
        (("It is 12",), "It is "),
        (("It is 12 ",), "It is "),
        (("It is 12 500 ",), "It is "),
        (("It is 12 500 men ",), "It is 12 500 men "),
        (("12 ",), ""),
        (("1 " * 12,), "1 " * 12),
    ],
)
def test_whole_words_are_those_that_nothing_can_add_to(pieces: Iterable[str], whole: str) -> None:
    text = arriving(*pieces)
    assert text.text[: text.words()] == whole


def test_what_stands_between_goes_with_the_words_before_it() -> None:
    feed = Straight()
    text = Arriving(feed, FullStopSplitter(), "en")
    text.hear("One. ")
    feed.items = [Rest(1.0), Mark("m")]
    text.hear("Two.")
    assert text.take(5) == (Say("One. "), Rest(1.0), Mark("m"))
    assert text.take() == (Say("Two."),)


def test_words_of_one_manner_are_joined_and_of_two_are_not() -> None:
    feed = Straight()
    text = Arriving(feed, FullStopSplitter(), "en")
    feed.items = [Say("He", PLAIN)]
    text.hear("llo ")
    feed.items = [Say("you ", FAST)]
    text.hear("there")
    assert text.take(6) == (Say("Hello "),)
    assert text.take() == (Say("you ", FAST), Say("there"))


def test_words_around_one_that_is_spelled_out_can_be_cut() -> None:
    feed = Straight()
    text = Arriving(feed, FullStopSplitter(), "en")
    text.hear("a ")
    feed.items = [Say("tomato", pronunciations=(Pronunciation(0, 6, "x"),))]
    text.hear(" is good")
    assert text.text[: text.words()] == "a tomato is "
    assert text.take(12) == (Say("a tomato is ", pronunciations=(Pronunciation(2, 8, "x"),)),)
    assert text.take() == (Say("good"),)


def test_what_is_spelled_out_goes_whole_and_in_its_own_place() -> None:
    feed = Straight()
    text = Arriving(feed, FullStopSplitter(), "en")
    feed.items = [Say("New York", pronunciations=(Pronunciation(0, 8, "x"),))]
    text.hear(" to ")
    feed.items = [Say("Rome", pronunciations=(Pronunciation(0, 4, "y"),))]
    text.hear("")
    assert text.take(4) == (Say("New York", pronunciations=(Pronunciation(0, 8, "x"),)),)
    assert text.text == " to Rome"
    assert text.take() == (Say(" to Rome", pronunciations=(Pronunciation(4, 8, "y"),)),)


def test_the_end_brings_what_was_held_back_and_what_had_no_effect() -> None:
    feed = Straight()
    text = Arriving(feed, FullStopSplitter(), "en")
    text.hear("Hello")
    feed.rest = Script((Say(" <br"),), ("odd",))
    assert text.finish() == ("odd",)
    assert taken(text) == "Hello <br"


def test_pauses_without_end_are_refused() -> None:
    feed = Straight()
    text = Arriving(feed, FullStopSplitter(), "en")
    feed.items = [Rest(0.0)] * 10_000
    text.hear("")
    feed.items = [Mark("one too many")]
    with pytest.raises(MarkupError, match="10,000 pauses"):
        text.hear("")


class Counting(FullStopSplitter):
    """Counts the characters it has read."""

    def __init__(self) -> None:
        self.read = 0

    @override
    def split(self, text: str, language: str) -> list[str]:
        self.read += len(text)
        return super().split(text, language)


@pytest.mark.parametrize("unit", ["a", "1 ", ". ", "a-", "ab ", "?", "word, "])
def test_single_letters_are_not_all_read_again(unit: str) -> None:
    whole = (unit * 2_000)[:2_000]
    splitter = Counting()
    text = Arriving(Straight(), splitter, "en")
    begun_s = time.process_time()
    for character in whole:
        text.hear(character)
        text.words()
        text.clauses(eager=True)
    assert splitter.read < 4 * 1_000 * len(whole)
    assert time.process_time() - begun_s < 10.0
    assert taken(text) == whole
