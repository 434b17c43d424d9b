"""The voices that espeak-ng brings along, rewritten so that equal lines always sound equal."""

import re
from dataclasses import dataclass
from pathlib import Path

OWN = "espeak"
"""The speaker without any variant: each language as espeak-ng pronounces it."""

OCTAVES = (-1, 0, 1, 2)

_SHAPING = {
    *("formant", "voicing", "consonants", "tone", "breath", "breathw"),
    *("intonation", "stressAdd", "stressAmp", "stressLength"),
}
_OWN_PITCH = (82, 118)
_BASE_OFFSET = 9
_LEAST_VOICING = 20
# Flutter and roughness go on from where the last line left them and an echo rings on after the
# sound: without them a line is the same bytes each time. Roughness 8 is none at all.
_STEADY = ("flutter 0", "roughness 8")
_PITCH = re.compile(r"pitch\s+(\d+)\s+(\d+)")


@dataclass(frozen=True, slots=True)
class Variant:
    """How one speaker differs from espeak-ng's own: pitch, and lines that shape the sound."""

    name: str
    low: int = _OWN_PITCH[0]
    high: int = _OWN_PITCH[1]
    shape: tuple[str, ...] = ()

    @property
    def base_hz(self) -> float:
        """What espeak-ng starts from at pitch 50, before the melody is added."""
        return float(self.low - _BASE_OFFSET)

    @property
    def span(self) -> int:
        """How wide the melody is, in the unit of a variant's file."""
        return self.high - self.low

    def register(self, octave: int) -> str:
        """The variant's file with its pitch moved by whole octaves, which no parameter can do."""
        scale = 2.0**octave
        low = _BASE_OFFSET + self.base_hz * scale
        pitch = f"pitch {round(low)} {round(low + self.span * scale)}"
        return "\n".join(("language variant", pitch, *self.shape, *_STEADY, ""))


def file_name(index: int, octave: int) -> str:
    """What the register of the index-th speaker is called; espeak-ng allows few characters."""
    return f".r{index}o{octave - OCTAVES[0]}"


def read_variants(folder: Path) -> tuple[Variant, ...]:
    """espeak-ng's own speaker first, then every variant that is a voice, by name.

    A variant is a voice if it shapes formants, is voiced (more than a whisper) and is not made by
    the Klatt synthesiser, which buzzes and does not repeat itself exactly.
    """
    found = (_read(path) for path in sorted(folder.iterdir()) if path.is_file())
    return (Variant(OWN), *(variant for variant in found if variant is not None))


def _read(path: Path) -> Variant | None:
    lines = [line.strip() for line in path.read_text("utf-8", "replace").splitlines()]
    words = {line.split()[0]: line for line in lines if line}
    if "klatt" in words or "formant" not in words or _voicing(words) <= _LEAST_VOICING:
        return None
    pitch = _PITCH.match(words.get("pitch", ""))
    low, high = (int(pitch[1]), int(pitch[2])) if pitch else _OWN_PITCH
    shape = tuple(line for line in lines if line and line.split()[0] in _SHAPING)
    return Variant(path.name, low, high, shape)


def _voicing(words: dict[str, str]) -> int:
    stated = re.match(r"voicing\s+(\d+)", words.get("voicing", "voicing 100"))
    return int(stated[1]) if stated else 0
