"""Spans of what is spoken, led back to what was sent."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching import Matching


def sent_as(word: str, sent: str, spoken: str, *, markup: bool = False) -> str:
    char = spoken.index(word)
    begin, end = Matching(sent, spoken, markup=markup).span(char, char + len(word))
    return sent[begin:end]


@pytest.mark.parametrize("word", ["Hello", "there,", "friend"])
def test_the_same_words_are_found_where_they_stand(word: str) -> None:
    text = "Hello there, friend."
    assert sent_as(word, text, text) == word
    assert sent_as(word, "  Hello\n there,\t\tfriend.", text) == word


def test_tags_stand_between_words() -> None:
    sent = '<speak>One <prosody rate="slow" volume="loud">two</prosody> three</speak>'
    for word in ("One", "two", "three"):
        assert sent_as(word, sent, "One two three", markup=True) == word


def test_angle_brackets_of_plain_text_are_text() -> None:
    assert sent_as("Really", "So <Really> yes", "So <Really> yes") == "Really"


def test_words_share_the_figure_they_stand_for() -> None:
    sent, spoken = "I paid $57 for two", "I paid fifty-seven dollars for two"
    assert sent_as("fifty-seven dollars", sent, spoken) == "$57"
    assert sent_as("paid", sent, spoken) == "paid"
    assert sent_as("two", sent, spoken) == "two"


def test_a_composed_letter_is_led_back_to_its_two_characters() -> None:
    assert sent_as("caf\u00e9", "le cafe\u0301 noir", "le caf\u00e9 noir") == "cafe\u0301"


@pytest.mark.parametrize("options", [{}, {"markup": True}])
@given(st.text(max_size=400), st.text(min_size=1, max_size=400))
def test_spans_never_turn_back_and_never_leave_the_text(
    options: dict[str, bool], sent: str, spoken: str
) -> None:
    matching = Matching(sent, spoken, **options)
    spans = [matching.span(at, at + 1) for at in range(len(spoken))]
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= len(sent)


@pytest.mark.parametrize("letters", ["ab", "a b ", "<", "<a> "])
def test_long_texts_that_have_nothing_in_common_take_no_longer_than_a_blink(letters: str) -> None:
    sent, spoken = (letters * 20_000)[:20_000], ("cd e" * 20_000)[:20_000]
    began = time.process_time()
    Matching(sent, spoken)
    assert time.process_time() - began < 1.0
