"""When characters are heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.lettering import Captioning, Captions, Lettering
from domain.script import TimedWord

TEXT = "Hi you, ab!"
WORDS = (TimedWord("Hi", 0.1, 0.3), TimedWord("you", 0.4, 0.7), TimedWord("ab", 1.0, 1.2))


def test_a_word_shares_its_time_and_the_gap_goes_to_what_stands_in_it() -> None:
    heard = Captioning(TEXT, TEXT).hear(WORDS, 1.5).sent
    assert heard.text == TEXT
    assert heard.starts_s == pytest.approx((0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.1, 1.2))
    assert heard.ends_s[0] == pytest.approx(0.2)
    assert heard.ends_s[-1] == 1.5


def test_the_silence_before_a_stream_moves_every_word() -> None:
    heard = Captioning(TEXT, TEXT, lead_s=0.05).hear(WORDS, 1.5).spoken
    assert heard.starts_s[3] == pytest.approx(0.45)
    assert heard.ends_s[-1] == pytest.approx(1.55)


def test_what_comes_in_parts_is_the_same_as_at_once() -> None:
    parts = Captioning(TEXT, TEXT)
    heard = [parts.hear((word,), 1.5) for word in WORDS]
    assert [each.sent.text for each in heard] == ["Hi", " you", ", ab!"]
    assert heard[0].followed_by(*heard[1:]) == Captioning(TEXT, TEXT).hear(WORDS, 1.5)
    assert parts.end(1.5).sent.text == ""


def test_without_any_word_the_text_is_spread_over_the_sound() -> None:
    heard = Captioning("abcd", "abcd").end(2.0).sent
    assert heard.starts_s == (0.0, 0.5, 1.0, 1.5)
    assert heard.ends_s == (0.5, 1.0, 1.5, 2.0)


def test_both_texts_are_told_each_with_its_own_characters() -> None:
    words = (TimedWord("five", 0.0, 0.4), TimedWord("dollars", 0.4, 1.0), TimedWord("ok", 1.2, 1.4))
    heard = Captioning("$5 ok", "five dollars ok").hear(words, 1.5)
    assert (heard.sent.text, heard.spoken.text) == ("$5 ok", "five dollars ok")
    assert heard.sent.starts_s[3] == 1.2
    assert heard.sent.ends_s[1] == 1.0


def test_a_word_that_is_not_in_the_text_is_passed_over() -> None:
    odd = (WORDS[0], TimedWord("elsewhere", 0.3, 0.35), TimedWord("", 0.35, 0.36), *WORDS[1:])
    assert Captioning(TEXT, TEXT).hear(odd, 1.5) == Captioning(TEXT, TEXT).hear(WORDS, 1.5)


def told(captions: list[Captions]) -> Captions:
    return captions[0].followed_by(*captions[1:])


@given(
    st.lists(st.sampled_from(["Hi", "a", "ab", "zug", "\u4f60", "...", "5"]), max_size=12),
    st.lists(st.floats(0, 10), min_size=24, max_size=24),
)
def test_every_character_is_told_once_and_time_never_turns_back(
    words: list[str], times: list[float]
) -> None:
    text = " ".join(words) + " !"
    spans = [TimedWord(word, times[at], times[at + 12]) for at, word in enumerate(words)]
    captioning = Captioning("<b>" + text, text, markup=True)
    heard = told([captioning.hear(spans[:3], 3.0), captioning.hear(spans[3:], 9.0)])
    whole = told([heard, captioning.end(10.0)])
    for timed, wanted in ((whole.sent, "<b>" + text), (whole.spoken, text)):
        assert timed.text == wanted
        edges = [edge for pair in zip(timed.starts_s, timed.ends_s, strict=True) for edge in pair]
        assert edges == sorted(edges)
        assert len(timed.starts_s) == len(wanted)


def test_a_lettering_told_to_its_end_tells_nothing_more() -> None:
    lettering = Lettering("ab")
    assert lettering.hear(0, 1, 0.0, 0.5).text == "a"
    assert lettering.end(1.0).text == "b"
    assert lettering.end(2.0).text == ""


def test_what_stands_behind_a_word_is_told_with_it_and_lasts_until_the_next() -> None:
    captioning = Captioning(TEXT, TEXT)
    first, second, third = (
        captioning.tell(word, until_s) for word, until_s in zip(WORDS, (0.4, 1.0, 1.5), strict=True)
    )
    assert (first.sent.text, second.sent.text, third.sent.text) == ("Hi ", "you, ", "ab!")
    assert (first.sent.ends_s[-1], second.sent.ends_s[-1], third.sent.ends_s[-1]) == (0.4, 1, 1.5)
    assert captioning.end(1.5).sent.text == ""


def test_a_word_with_nothing_behind_it_lasts_until_the_next() -> None:
    captioning = Captioning("\u4f60\u597d", "\u4f60\u597d ")
    first = captioning.tell(TimedWord("\u4f60", 0.1, 0.2), 0.5)
    second = captioning.tell(TimedWord("\u597d", 0.5, 0.6), 0.9)
    assert (first.sent.text, first.sent.ends_s) == ("\u4f60", (0.5,))
    assert (second.sent.text, second.sent.ends_s) == ("\u597d", (0.9,))
    assert second.spoken.text == "\u597d"
    assert captioning.tell_rest(1.0).spoken.text == " "


def test_both_texts_tell_what_is_their_own_behind_a_word() -> None:
    captioning = Captioning("$5, ok", "five dollars, ok")
    words = TimedWord("five", 0.0, 0.4), TimedWord("dollars", 0.4, 0.9), TimedWord("ok", 1.2, 1.4)
    heard = told(
        [captioning.tell(word, until_s) for word, until_s in zip(words, (0.4, 1.2, 2), strict=True)]
    )
    assert (heard.sent.text, heard.spoken.text) == ("$5, ok", "five dollars, ok")
    assert heard.sent.starts_s[4] == heard.spoken.starts_s[-2] == 1.2
    assert heard.sent.ends_s[-1] == heard.spoken.ends_s[-1] == 2


def test_a_word_that_is_not_in_the_text_is_not_told() -> None:
    captioning = Captioning(TEXT, TEXT)
    assert captioning.tell(TimedWord("elsewhere", 0.0, 0.1), 0.2).sent.text == ""
    assert captioning.tell(WORDS[0], 0.4).sent.text == "Hi "
