from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ports import Chunk, Word
from domain.recording import Recording
from domain.replay import Take, replayed
from tests.fakes.cache import recording, same

RATE_HZ = 1000


@given(
    total=st.integers(0, 3000),
    starts=st.lists(st.integers(0, 3000), max_size=20, unique=True).map(sorted),
)
def test_a_replay_is_the_recording_with_each_word_where_it_begins(
    total: int,
    starts: list[int],
) -> None:
    words = tuple(Word(n, n + 1, start, start + 1) for n, start in enumerate(starts))
    whole = Recording(np.arange(total, dtype=np.float32), words)
    chunks = list(replayed(whole, RATE_HZ))
    take, at = Take(), 0
    for chunk in chunks:
        end = at + len(chunk.samples)
        assert all(at <= word.start and (chunk.last or word.start < end) for word in chunk.words)
        take.hear(chunk)
        at = end
    assert same(take.recording(), whole)
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


@pytest.mark.parametrize(
    ("total", "lengths"),
    [
        (0, [0]),
        (1, [1]),
        (100, [100]),
        (101, [100, 1]),
        (600, [100, 500]),
        (601, [100, 500, 1]),
        (1700, [100, 500, 500, 500, 100]),
    ],
)
def test_the_first_chunk_is_small_and_the_others_are_smooth(
    total: int,
    lengths: list[int],
) -> None:
    chunks = list(replayed(recording(1, total, 0), RATE_HZ))
    assert [len(chunk.samples) for chunk in chunks] == lengths


def test_a_take_is_not_changed_by_who_was_handed_its_chunks() -> None:
    take, chunk = Take(), Chunk(np.ones(3, np.float32))
    take.hear(chunk)
    chunk.samples[:] = 0
    assert take.recording().samples.tolist() == [1, 1, 1]


def test_a_take_of_nothing_is_an_empty_recording() -> None:
    empty = Take().recording()
    assert len(empty.samples) == 0
    assert empty.samples.dtype == np.float32
    assert empty.words == ()


def test_a_take_keeps_the_order_of_what_it_heard() -> None:
    take = Take()
    for number in range(4):
        word = Word(number, number + 1, number, number + 1)
        take.hear(Chunk(np.full(1, number, np.float32), (word,)))
    assert take.recording().samples.tolist() == [0, 1, 2, 3]
    assert all(a.char < b.char for a, b in pairwise(take.recording().words))


def test_every_chunk_of_a_replay_says_that_it_was_remembered() -> None:
    whole = Recording(np.zeros(2000, dtype=np.float32), ())
    assert all(chunk.remembered for chunk in replayed(whole, RATE_HZ))
