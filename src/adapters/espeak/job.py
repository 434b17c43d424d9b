"""One line as the child process is asked to speak it: plain data, and its bytes."""

import json
from dataclasses import dataclass
from typing import Self

from domain.ports import Pronunciation


@dataclass(frozen=True, slots=True)
class Delivery:
    """How espeak-ng is asked to speak: a voice with its register, and its own three dials."""

    voice: str
    words_per_minute: int = 175
    pitch: int = 50
    range: int = 50


@dataclass(frozen=True, slots=True)
class Job:
    """A text, the voice of its language, its delivery at the voice's own pace, and the pace."""

    text: str
    voice: str
    delivery: Delivery
    rate: float = 1.0
    pronunciations: tuple[Pronunciation, ...] = ()

    def to_bytes(self) -> bytes:
        """Write it down; half characters in a text survive as escapes."""
        how = self.delivery
        dials = (how.voice, how.words_per_minute, how.pitch, how.range)
        said_as = [(each.char, each.char_end, each.ipa) for each in self.pronunciations]
        return json.dumps((self.text, self.voice, dials, self.rate, said_as)).encode()

    @classmethod
    def from_bytes(cls, written: bytes | bytearray) -> Self:
        """Read it again."""
        text, voice, dials, rate, said_as = json.loads(written)
        pronunciations = tuple(Pronunciation(*each) for each in said_as)
        return cls(text, voice, Delivery(*dials), rate, pronunciations)
