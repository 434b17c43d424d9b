"""From the chunks of a line to a recording, and from a recording back to chunks."""

from collections.abc import Iterator
from itertools import pairwise

from domain.audio import Samples, join, silence
from domain.ports.engine import Chunk, Word
from domain.recording import Recording

_FIRST_S = 0.1
_PIECE_S = 0.5


class Take:
    """A line while it is spoken: what was heard of it so far."""

    def __init__(self) -> None:
        self._samples: list[Samples] = []
        self._words: list[Word] = []

    def hear(self, chunk: Chunk) -> None:
        """Add a chunk: a copy of it, because its listener may change what it is handed."""
        self._samples.append(chunk.samples.copy())
        self._words.extend(chunk.words)

    def recording(self) -> Recording:
        """Return what was heard as one recording."""
        samples = join(*self._samples) if self._samples else silence(0, 1)
        return Recording(samples, tuple(self._words))


def replayed(recording: Recording, rate_hz: int) -> Iterator[Chunk]:
    """Cut a recording into chunks: a small one first, then pieces that keep a stream smooth.

    A word comes with the chunk it begins in; the final chunk is marked `last`.
    """
    total = len(recording.samples)
    first, piece = round(_FIRST_S * rate_hz), round(_PIECE_S * rate_hz)
    for start, end in pairwise((0, *range(first, total, piece), total)):
        last = end == total
        words = tuple(w for w in recording.words if start <= w.start and (last or w.start < end))
        yield Chunk(recording.samples[start:end], words, last, remembered=True)
