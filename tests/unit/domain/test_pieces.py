import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.pieces import Pauses, plan, tidy
from domain.ports import SentenceSplitter
from tests.fakes.sentences import FullStopSplitter

SPLITTER: SentenceSplitter = FullStopSplitter()
FOX = "The quick brown fox jumps over the lazy dog"


def pieces(text: str, longest: int = 200) -> list[str]:
    return [piece.text for piece in plan(tidy(text), "en", SPLITTER, longest)]


def test_each_sentence_is_a_piece() -> None:
    assert pieces(f"{FOX}. {FOX}! {FOX}?") == [f"{FOX}.", f"{FOX}!", f"{FOX}?"]


def test_a_fragment_leads_into_the_next_sentence() -> None:
    assert pieces(f"No. {FOX}.") == [f"No. {FOX}."]


def test_the_first_piece_is_cut_at_a_clause_and_later_ones_are_not() -> None:
    long = f"{FOX}, and {FOX}, and once more {FOX}."
    assert pieces(f"{long} {long}") == [
        f"{FOX}, and {FOX},",
        f"and once more {FOX}.",
        long,
    ]


def test_a_first_sentence_without_a_clause_stays_whole() -> None:
    long = f"{FOX} and {FOX} and {FOX}."
    assert pieces(long) == [long]


def test_a_sentence_too_long_is_cut_between_words() -> None:
    words = "word " * 50 + "end."
    cut = pieces(words, longest=60)
    assert " ".join(cut) == words
    assert all(len(piece) <= 60 for piece in cut)
    assert len(cut) == 5


def test_an_endless_word_is_cut_but_no_mark_is_parted_from_its_letter() -> None:
    letter = "x\u0323"
    assert unicodedata.normalize("NFC", letter) == letter
    cut = pieces(letter * 30, longest=21)
    assert all(piece[0] == "x" and len(piece) <= 21 for piece in cut)
    assert "".join(cut) == letter * 30


def test_chinese_clauses_need_no_space() -> None:
    text = "我们今天去公园看花然后回家吃饭，" * 12
    cut = plan(tidy(text), "zh-cn", SPLITTER, 82)
    assert all(piece.text.endswith("，") for piece in cut)
    assert "".join(piece.text for piece in cut) == text


def test_pauses_follow_the_punctuation_and_nothing_follows_the_end() -> None:
    text = f"{FOX}, {FOX}, {FOX}, {FOX}. {FOX}.\n\n{FOX}."
    assert [piece.pause_s for piece in plan(tidy(text), "en", SPLITTER, 200)] == [
        0.1,
        0.25,
        0.5,
        0.0,
    ]


def test_each_pause_may_be_another() -> None:
    text = f"{FOX}, {FOX}, {FOX}, {FOX}. {FOX}.\n\n{FOX}."
    pauses = Pauses(sentence_s=1.0, paragraph_s=2.0, clause_s=3.0)
    cut = plan(tidy(text), "en", SPLITTER, 200, pauses)
    assert [piece.pause_s for piece in cut] == [3.0, 1.0, 2.0, 0.0]


def test_control_characters_and_private_ones_are_not_spoken() -> None:
    assert tidy("a\x00b\x1b[31m\ue000c\u202ed") == "a b [31mcd"


def test_stacked_marks_are_thinned() -> None:
    assert len(tidy("e" + "\u0301" * 5000)) <= 6


@pytest.mark.parametrize("empty", ["", "   ", "\n\n\n", "\x00\x01", "\u200b"])
def test_nothing_to_say_gives_no_pieces(empty: str) -> None:
    assert pieces(empty) == []


@given(st.text(max_size=400), st.integers(min_value=20, max_value=120))
def test_no_text_is_lost_and_no_piece_is_too_long(text: str, longest: int) -> None:
    tidied = tidy(text)
    cut = plan(tidied, "en", SPLITTER, longest)
    assert "".join("".join(piece.text for piece in cut).split()) == "".join(tidied.split())
    assert all(0 < len(piece.text) <= longest for piece in cut)


@given(st.text(max_size=200))
def test_a_tidy_text_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
