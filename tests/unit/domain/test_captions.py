"""Captions: short, in order, at the times of their words."""

import pytest

from domain.captions import Cue, cues, srt, vtt
from domain.script import TimedWord

LONG = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the"
    " age of foolishness, it was the epoch of belief, it was the epoch of incredulity."
)


def timed(text: str, each_s: float = 0.5) -> list[TimedWord]:
    words = text.split()
    return [TimedWord(word, at * each_s, (at + 1) * each_s) for at, word in enumerate(words)]


def test_a_short_passage_is_one_cue_from_its_first_word_to_its_last() -> None:
    (cue,) = cues("Hello there.", timed("Hello there."), 10.0, 12.0)
    assert cue == Cue("Hello there.", 10.0, 11.0)


def test_a_long_passage_is_cut_at_punctuation_and_each_cue_begins_with_its_word() -> None:
    words = timed(LONG)
    found = list(cues(LONG, words, 100.0, 200.0))
    assert " ".join(cue.text for cue in found) == LONG
    assert all(len(cue.text) <= 84 for cue in found)
    assert found[0].text.endswith((",", "."))
    passed = 0
    for cue in found:
        assert cue.start_s == pytest.approx(100.0 + words[passed].start_s)
        passed += len(cue.text.split())
    assert [cue.end_s for cue in found[:-1]] == [cue.start_s for cue in found[1:]]
    assert found[-1].end_s == 100.0 + words[-1].end_s


def test_without_words_the_letters_share_the_time() -> None:
    found = list(cues(LONG, (), 0.0, 10.0))
    share = sum(map(str.isalnum, found[0].text)) / sum(map(str.isalnum, LONG))
    assert found[1].start_s == pytest.approx(10 * share)
    assert found[-1].end_s == 10.0


def test_chinese_has_shorter_lines() -> None:
    text = "这是一个很长的句子，它没有空格，因此必须在标点符号处断开，否则没有人能在屏幕上读完它。"
    found = list(cues(text, (), 0.0, 9.0))
    assert "".join(cue.text for cue in found) == text
    assert max(len(cue.text) for cue in found) <= 36


def test_a_text_without_letters_or_spaces_is_cut_all_the_same() -> None:
    assert "".join(cue.text for cue in cues("x" * 300, (), 0.0, 1.0)) == "x" * 300
    assert list(cues("", (), 0.0, 1.0)) == []


def test_subrip_counts_from_one_and_has_commas() -> None:
    assert srt(1, Cue("Hi.", 3661.5, 3662.0)) == "1\n01:01:01,500 --> 01:01:02,000\nHi.\n\n"


def test_webvtt_begins_with_its_name_and_hides_what_looks_like_markup() -> None:
    assert vtt(1, Cue("a < b & c", 0.0, 0.25)) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.250\na &lt; b &amp; c\n\n"
    )
    assert vtt(2, Cue("Hi.", 0.9996, 2.0)).startswith("00:00:01.000 -->")


def test_a_long_cue_has_two_lines() -> None:
    text = "It was the best of times, it was the worst of times."
    assert srt(1, Cue(text, 0.0, 1.0)).split("\n")[2:4] == [
        "It was the best of times,",
        "it was the worst of times.",
    ]
