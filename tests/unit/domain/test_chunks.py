"""A chunk in parts is the same sound with the same words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.ports import Chunk, Word


@given(count=st.integers(0, 60), longest=st.integers(1, 70), last=st.booleans())
def test_parts_are_short_and_together_the_whole(count: int, longest: int, *, last: bool) -> None:
    samples = np.arange(count, dtype=np.float32)
    whole = Chunk(samples, (Word(0, 1, 0, 3),), last=last, remembered=True)
    parts = list(whole.cut(longest))
    lengths = [len(part.samples) for part in parts]
    np.testing.assert_array_equal(np.concatenate([part.samples for part in parts]), samples)
    assert max(lengths) <= longest
    assert max(lengths) - min(lengths) <= 1
    assert [part.words for part in parts] == [()] * (len(parts) - 1) + [whole.words]
    assert [part.last for part in parts] == [False] * (len(parts) - 1) + [last]
    assert all(part.remembered for part in parts)
