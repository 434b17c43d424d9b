"""How loud speech is (EBU R128), and how loud it is to be."""

from dataclasses import dataclass

from domain.audio import Pcm


@dataclass(frozen=True, slots=True)
class Target:
    """A loudness, and what no peak may exceed, between the samples either."""

    lufs: float | None = -16.0
    """None leaves the loudness as it is."""
    ceiling_dbtp: float = -1.5


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
