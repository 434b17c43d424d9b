import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.alignment import Aligner, aligned
from domain.audio import Samples
from domain.ports import Word

RATE_HZ = 24_000


def voice(seconds: float, level: float = 0.3) -> Samples:
    """A syllable: a swell of a low tone."""
    at_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    swell = np.sin(np.pi * at_s / seconds) ** 2
    return (level * swell * np.sin(2 * np.pi * 150 * at_s)).astype(np.float32)


def quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE_HZ), np.float32)


def spoken(*parts: Samples) -> Samples:
    noise = np.random.default_rng(1).normal(0, 1e-4, sum(map(len, parts)))
    return np.concatenate(parts) + noise.astype(np.float32)


def streamed(text: str, samples: Samples, sizes: list[int]) -> list[tuple[int, Word]]:
    """Each word, with how many samples were heard when it was told."""
    aligner, at = Aligner(text, "en", RATE_HZ), 0
    told: list[tuple[int, Word]] = []
    for size in [*sizes, len(samples)]:
        last = at + size >= len(samples)
        words = aligner.hear(samples[at : at + size], last=last)
        at = min(at + size, len(samples))
        told.extend((at, word) for word in words)
        if last:
            break
    return told


def test_a_word_ends_where_a_pause_begins_and_the_next_begins_where_it_ends() -> None:
    sound = spoken(quiet(0.1), voice(0.3), quiet(0.4), voice(0.3), quiet(0.2))
    first, second = aligned("one, two", "en", sound, RATE_HZ)
    assert (first.char, first.char_end, second.char, second.char_end) == (0, 3, 5, 8)
    edges = np.array([first.start, first.end, second.start, second.end]) / RATE_HZ
    assert edges == pytest.approx([0.1, 0.4, 0.8, 1.1], abs=0.03)


def test_words_change_where_the_voice_sinks() -> None:
    sound = spoken(voice(0.2), voice(0.35), voice(0.25))
    words = aligned("one tree dog", "en", sound, RATE_HZ)
    starts = [word.start / RATE_HZ for word in words]
    assert starts == pytest.approx([0.0, 0.2, 0.55], abs=0.03)


def test_a_word_of_many_syllables_has_as_many_swells() -> None:
    sound = spoken(voice(0.2), *[voice(0.16)] * 4, voice(0.2))
    words = aligned("a machinery is", "en", sound, RATE_HZ)
    assert words[1].start / RATE_HZ == pytest.approx(0.2, abs=0.03)
    assert words[1].end / RATE_HZ == pytest.approx(0.84, abs=0.03)


@pytest.mark.parametrize("sound", [quiet(1.0), quiet(0.01), voice(0.05), voice(30.0)])
def test_every_word_has_its_place_in_whatever_sound(sound: Samples) -> None:
    words = aligned("We never saw the sea again.", "en", sound, RATE_HZ)
    assert len(words) == 6
    assert all(0 <= word.start < word.end <= len(sound) for word in words)
    assert all(before.end <= after.start for before, after in pairwise(words))


def test_a_text_without_words_and_a_line_without_sound_have_none() -> None:
    assert aligned("... — !", "en", voice(1.0), RATE_HZ) == ()
    assert aligned("one two", "en", quiet(0.0), RATE_HZ) == ()


@settings(max_examples=40, deadline=None)
@given(
    text=st.text("abc 我ไあ1,.é\u0301ー-", min_size=1, max_size=60),
    seed=st.integers(0, 2**16),
    sizes=st.lists(st.integers(0, 40_000), max_size=8),
)
def test_words_rise_lie_in_what_was_heard_and_do_not_depend_on_the_chunks(
    text: str, seed: int, sizes: list[int]
) -> None:
    dice = np.random.default_rng(seed)
    parts = [voice(float(dice.uniform(0.05, 0.4)), float(dice.uniform(0, 1))) for _ in range(12)]
    sound = spoken(*parts, quiet(float(dice.uniform(0, 0.5))))
    told = streamed(text, sound, sizes)
    words = [word for _, word in told]
    assert words == [word for _, word in streamed(text, sound, [])]
    assert all(word.end <= heard for heard, word in told)
    assert all(0 <= word.start < word.end for word in words)
    assert all(b.end <= a.start and b.char_end <= a.char for b, a in pairwise(words))
    letters = {index for index, character in enumerate(text) if character.isalnum()}
    assert letters <= {index for word in words for index in range(word.char, word.char_end)}


def test_words_before_a_pause_are_told_before_the_line_ends() -> None:
    part = [voice(0.2), voice(0.2), voice(0.2), quiet(0.4)]
    sound = spoken(*part * 6)
    text = "one two ten, " * 6
    told = streamed(text, sound, [RATE_HZ // 2] * 40)
    early = [word for heard, word in told if heard < len(sound) * 0.7]
    assert len(early) >= 6


def test_a_line_of_ten_seconds_takes_a_few_milliseconds() -> None:
    sound = spoken(*[voice(0.2), voice(0.2), quiet(0.01)] * 24)
    took_s = []
    for _ in range(7):
        began_s = time.thread_time()
        aligned("the brown dog sat " * 7, "en", sound, RATE_HZ)
        took_s.append(time.thread_time() - began_s)
    assert min(took_s) < 0.03
