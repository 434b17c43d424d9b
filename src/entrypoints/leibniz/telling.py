"""What a client is told of one request, in order: sentences, their sound, and the end."""

from collections.abc import Iterator, Sequence

from application.finishing import Sound
from domain.audio import to_int16
from domain.packets import Heard, cuts
from entrypoints.leibniz.wire import stream as wire
from entrypoints.leibniz.wire.stream import Message


class Telling:
    """Turns sound into messages, each with at most `longest_s` of it.

    A message counts as sent when the next one is asked for.
    """

    def __init__(self, session_id: str, longest_s: float, *, binary: bool) -> None:
        self._session_id = session_id
        self._longest_s = longest_s
        self._binary = binary
        self._sentences: Sequence[str] = ()
        self._warnings: Sequence[str] = ()
        self._first: Message | None = None
        self._index = -1
        self._chunks = 0
        self._seconds = 0.0

    def begin(
        self,
        sentences: Sequence[str],
        waited_s: float,
        *,
        cached: bool,
        warnings: Sequence[str] = (),
    ) -> None:
        """Learn what is spoken, once its first sound is there."""
        self._sentences = sentences
        self._warnings = warnings
        self._first = wire.first_chunk(waited_s, cached=cached)

    def heard(self, sound: Sound) -> Iterator[Message]:
        """Tell a sound, behind whatever ends and begins with it."""
        yield from self._until(sound.passage)
        if self._first is not None:
            yield self._first
            self._first = None
        for cut in cuts(Heard(sound.pcm, 0.0), self._longest_s):
            yield wire.audio(to_int16(cut.samples), self._index, binary=self._binary)
            self._chunks += 1
            self._seconds += len(cut.samples) / sound.pcm.rate_hz

    def ended(self) -> Iterator[Message]:
        """Tell that all of it was heard."""
        yield from self._until(len(self._sentences) - 1)
        yield wire.sentence_end(self._index)

    def complete(self, *, cancelled: bool) -> Message:
        """Tell that nothing more of it comes."""
        return wire.complete(
            self._session_id,
            self._seconds,
            self._chunks,
            cancelled=cancelled,
            warnings=self._warnings,
        )

    def _until(self, index: int) -> Iterator[Message]:
        """Tell of the sentences up to this one; some may have made no sound."""
        while self._index < index:
            if self._index >= 0:
                yield wire.sentence_end(self._index)
            self._index += 1
            yield wire.sentence_start(self._index, self._sentences[self._index])
