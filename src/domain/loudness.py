"""How loud speech is (EBU R128), and how loud it is to be."""

from dataclasses import dataclass

from domain.audio import Pcm
from domain.errors import SettingOutOfRangeError

QUIETEST_LUFS, LOUDEST_LUFS = -40.0, -5.0
"""What may be asked for."""


@dataclass(frozen=True, slots=True)
class Target:
    """A loudness, and what no peak may exceed, between the samples either."""

    lufs: float | None = -16.0
    """None leaves the loudness as it is."""
    ceiling_dbtp: float = -1.5

    def asked(self, lufs: float | str | None) -> "Target":
        """Return what a request asks for: a loudness, none of its own, or none at all (`off`)."""
        if lufs is None:
            return self
        if isinstance(lufs, str):
            return Target(None, self.ceiling_dbtp)
        if not QUIETEST_LUFS <= lufs <= LOUDEST_LUFS:
            raise SettingOutOfRangeError("loudness", lufs, QUIETEST_LUFS, LOUDEST_LUFS)
        return Target(float(lufs), self.ceiling_dbtp)


@dataclass(frozen=True, slots=True)
class Learnt:
    """How loud an engine is known to speak in a voice, before any gain."""

    lufs: float
    seconds: float
    """Of speech above the gate that it was learnt from."""
    utterances: int


@dataclass(frozen=True, slots=True)
class Mastered:
    """A finished sound, and what was measured of it; None where it is too short to measure."""

    pcm: Pcm
    lufs: float | None
    peak_dbtp: float
