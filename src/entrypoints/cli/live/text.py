"""Text as it comes: from the command line, or from a pipe that is still being written to."""

import codecs
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from domain.errors import InputError
from domain.speech import SpeechRequest

_UNSEEN = "\ufeff \t\r\n"
_TELLING = 16
"""How many characters tell whether a text that begins with a tag is SSML."""
_READ_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Text:
    """Pieces of a text; `live` says that nobody knows yet how it goes on."""

    pieces: Iterable[str]
    live: bool = False

    def begun(self) -> tuple[bool, Iterator[str]]:
        """Wait for the beginning, then return whether it is SSML, and all pieces."""
        rest, beginning = iter(self.pieces), ""
        for piece in rest:
            beginning += piece
            visible = beginning.lstrip(_UNSEEN)
            if visible and (visible[0] != "<" or len(visible) >= _TELLING):
                break
        if not beginning.strip():
            raise InputError("The text is empty; there is nothing to say.")
        return SpeechRequest(beginning).is_markup, chain((beginning,), rest)


def piped(descriptor: int, encoding: str) -> Iterator[str]:
    """Yield what is written to a pipe, as soon as it is.

    It is read past every buffer: a thread that waits in one cannot be left behind at exit.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    while data := os.read(descriptor, _READ_BYTES):
        if text := decoder.decode(data):
            yield text
    if rest := decoder.decode(b"", final=True):
        yield rest
