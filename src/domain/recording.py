"""A line as an engine spoke it, before gain, pitch and format, and the key it is kept under."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from domain.audio import Samples

if TYPE_CHECKING:  # the ports name a Recording, so that either may be imported first
    from domain.ports.engine import SpokenLine, Word

_WORD_BYTES = 256
_OWN_BYTES = 768


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """The samples of a whole line, and its words."""

    samples: Samples
    words: "tuple[Word, ...]"

    @property
    def size_bytes(self) -> int:
        """What it costs to keep in memory, objects included."""
        return self.samples.nbytes + _WORD_BYTES * len(self.words) + _OWN_BYTES

    def sealed(self) -> "Recording":
        """Return a copy whose samples nobody can change: bytes cannot be made writable again."""
        samples = np.ascontiguousarray(self.samples, dtype=np.float32)
        return Recording(np.frombuffer(samples.tobytes(), dtype=np.float32), tuple(self.words))


def recording_key(fingerprint: str, line: "SpokenLine") -> str:
    """Return a SHA-256 over everything that the sound of a line depends on, and nothing else."""
    heard = {
        "engine": fingerprint,
        "timbre": line.timbre.sha256,
        "text": line.text,
        "language": line.language,
        "rate": line.rate,
        "pitch": line.pitch,
        "pronunciations": [asdict(each) for each in line.pronunciations],
        "settings": line.settings.heard(),
    }
    return hashlib.sha256(json.dumps(heard, sort_keys=True).encode()).hexdigest()
