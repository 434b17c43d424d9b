"""A chunk in parts is the same sound with the same words, each where it begins."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.ports import Chunk, Word


@given(
    count=st.integers(0, 60),
    longest=st.integers(1, 70),
    at=st.integers(0, 1000),
    starts=st.lists(st.integers(-5, 70), max_size=8).map(sorted),
    last=st.booleans(),
)
def test_parts_are_short_and_together_the_whole(
    count: int, longest: int, at: int, starts: list[int], *, last: bool
) -> None:
    samples = np.arange(count, dtype=np.float32)
    words = tuple(Word(n, n + 1, at + start, at + start + 3) for n, start in enumerate(starts))
    whole = Chunk(samples, words, last=last, remembered=True)
    parts = list(whole.cut(at, longest))
    np.testing.assert_array_equal(np.concatenate([part.samples for part in parts]), samples)
    assert all(len(part.samples) <= longest for part in parts)
    assert max(len(part.samples) for part in parts) - min(len(part.samples) for part in parts) <= 1
    assert tuple(word for part in parts for word in part.words) == words
    assert [part.last for part in parts] == [False] * (len(parts) - 1) + [last]
    assert all(part.remembered for part in parts)
    end = at
    for part in parts[:-1]:
        end += len(part.samples)
        assert all(word.start < end for word in part.words)
    assert all(word.start >= end for word in parts[-1].words) or len(parts) == 1
