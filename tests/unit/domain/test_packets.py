"""Sound in packets, and which words are told with which."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audio import Pcm
from domain.lettering import Captioning, Captions, TimedText
from domain.packets import Caption, Heard, captioned, cuts
from domain.script import TimedMark, TimedWord

RATE_HZ = 1_000
WORDS = ("one", "two", "three", "four", "five", "six")
NOTHING = Captions(TimedText(""), TimedText(""))


def sound(samples: int) -> Pcm:
    return Pcm(np.arange(samples, dtype=np.float32), RATE_HZ)


def told(text: str) -> Captions:
    return Captions(TimedText(text), TimedText(text))


@given(
    st.integers(0, 400),
    st.floats(0, 100),
    st.lists(st.floats(-0.1, 0.6), max_size=8),
    st.lists(st.floats(0, 0.5), max_size=4),
    st.floats(0.0005, 0.2),
)
def test_stretches_are_short_joined_the_sound_and_tell_everything_once(
    samples: int, begins_s: float, captions: list[float], marks: list[float], longest_s: float
) -> None:
    every = tuple(
        Caption(begins_s + at, told(f"{number} ")) for number, at in enumerate(sorted(captions))
    )
    passed = tuple(TimedMark(f"{at}", begins_s + at) for at in sorted(marks))
    pieces = list(cuts(Heard(sound(samples), begins_s, every, passed), longest_s))
    np.testing.assert_array_equal(
        np.concatenate([piece.samples for piece in pieces]), sound(samples).samples
    )
    at = 0
    for piece in pieces:
        assert len(piece.samples) <= max(1.0, longest_s * RATE_HZ)
        assert piece.begins_s == pytest.approx(begins_s + at / RATE_HZ)
        at += len(piece.samples)
    heard = "".join(piece.captions.sent.text for piece in pieces if piece.captions)
    assert heard == "".join(each.captions.sent.text for each in every)
    assert tuple(mark for piece in pieces for mark in piece.marks) == passed


def test_a_word_begins_with_a_packet() -> None:
    captions = Caption(5.0, told("one ")), Caption(5.07, told("two "))
    pieces = list(cuts(Heard(sound(130), 5.0, captions), 0.06))
    assert [len(piece.samples) for piece in pieces] == [60, 10, 60]
    assert [piece.captions and piece.captions.sent.text for piece in pieces] == [
        "one ",
        None,
        "two ",
    ]


def test_a_mark_goes_with_the_sound_it_is_passed_in_and_one_at_the_end_with_the_last() -> None:
    marks = tuple(TimedMark(name, at) for name, at in (("a", 0.0), ("b", 0.06), ("c", 0.12)))
    pieces = list(cuts(Heard(sound(120), 0.0, (), marks), 0.06))
    assert [[mark.name for mark in piece.marks] for piece in pieces] == [["a"], ["b", "c"]]


def test_what_is_told_without_any_sound_is_told() -> None:
    pieces = list(cuts(Heard(sound(0), 3.0, (Caption(3.0, told("!")),)), 0.06))
    assert [(len(piece.samples), piece.captions) for piece in pieces] == [(0, told("!"))]


def spans(captions: Captions) -> float:
    return captions.sent.ends_s[-1] if captions.sent.ends_s else 0.0


@given(st.data())
def test_who_adds_up_what_is_told_keeps_the_time(data: st.DataObject) -> None:
    # clients take the end of what a message tells as the beginning of the next
    words = data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
    text = " ".join(words)
    captioning = Captioning(text, f"{text} ")
    now_s = clock_s = 0.0
    while words:
        count = data.draw(st.integers(1, len(words)))
        within, words = words[:count], words[count:]
        length_s = data.draw(st.integers(50, 400)) / RATE_HZ
        moments = sorted(
            data.draw(st.integers(0, round(length_s * RATE_HZ))) / RATE_HZ for _ in range(2 * count)
        )
        timed = [
            TimedWord(word, now_s + moments[2 * at], now_s + moments[2 * at + 1])
            for at, word in enumerate(within)
        ]
        pcm = sound(round(length_s * RATE_HZ))
        captions = tuple(captioned(captioning, timed, now_s, now_s + length_s))
        for piece in cuts(Heard(pcm, now_s, captions), 0.06):
            if piece.captions and piece.captions.sent.text:
                assert piece.begins_s == pytest.approx(clock_s, abs=1.01 / RATE_HZ)
                starts_s = piece.captions.sent.starts_s
                assert min(starts_s) >= piece.begins_s - 1e-6
                clock_s = spans(piece.captions)
        now_s += length_s
        assert clock_s == pytest.approx(now_s, abs=1e-6)
    assert captioning.end(now_s).sent.text == ""
