"""How loud speech is (EBU R128), and how loud it is to be."""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from domain.audio import Pcm, Samples
from domain.errors import SettingOutOfRangeError
from domain.weighting import HOP_S, Weighted

QUIETEST_LUFS, LOUDEST_LUFS = -40.0, -5.0
"""What may be asked for."""

_OFFSET_LU = -0.691
_FLOOR_LUFS, _TOP_LUFS = -70.0, 10.0
_RELATIVE_GATE_LU = 10.0
_FLOOR_ENERGY = 10 ** ((_FLOOR_LUFS - _OFFSET_LU) / 10)
_HOPS_PER_BLOCK = 4
_BINS_PER_LU = 50
_BINS = round((_TOP_LUFS - _FLOOR_LUFS) * _BINS_PER_LU)


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
    """How loud an engine is known to speak in a voice, less what the limiter takes of it then."""

    lufs: float
    seconds: float
    """Of speech above the gate that it was learnt from."""
    utterances: int

    def __add__(self, other: "Learnt") -> "Learnt":
        """Return what both teach together: the mean energy of all that was heard."""
        seconds = self.seconds + other.seconds
        energy = sum(each.seconds * 10 ** (each.lufs / 10) for each in (self, other)) / seconds
        return Learnt(10 * math.log10(energy), seconds, self.utterances + other.utterances)


@dataclass(frozen=True, slots=True)
class Mastered:
    """A finished sound, and what was measured of it; None where it is too short to measure."""

    pcm: Pcm
    lufs: float | None
    peak_dbtp: float


class Meter:
    """Integrated loudness after ITU-R BS.1770-4, mono: blocks of 400 ms every 100 ms, gated twice.

    It remembers how many blocks were how loud, to 0.02 LU, with their exact energy, so that a day
    takes no more room than a second. Only blocks within 0.02 LU of the relative gate may be
    counted where an endless memory would not.
    """

    def __init__(self, rate_hz: int) -> None:
        self._weighted = Weighted(rate_hz)
        self._recent: deque[float] = deque(maxlen=_HOPS_PER_BLOCK)
        self._blocks = _Levels()
        self._hops = _Levels()

    def hear(self, samples: Samples) -> None:
        """Measure what comes next."""
        # Ten a second: one at a time costs less than to prepare them for numpy
        for energy in self._weighted.feed(samples).tolist():
            self._hops.add(energy)
            self._recent.append(energy)
            if len(self._recent) == _HOPS_PER_BLOCK:
                self._blocks.add(sum(self._recent) / _HOPS_PER_BLOCK)

    @property
    def lufs(self) -> float | None:
        """How loud it is so far; None while no whole block lies above the gate."""
        gate = self._gate_lufs()
        return None if gate is None else self._blocks.mean_lufs(gate)

    @property
    def seconds(self) -> float:
        """How much lies above the gate, in whole tenths: pauses do not count."""
        gate = self._gate_lufs()
        return 0.0 if gate is None else self._hops.count(gate) * HOP_S

    def _gate_lufs(self) -> float | None:
        loudness = self._blocks.lufs
        return None if loudness is None else loudness - _RELATIVE_GATE_LU


class _Levels:
    """How often each level was heard, and with how much energy in all."""

    def __init__(self) -> None:
        self._counts = np.zeros(_BINS, dtype=np.int64)
        self._energies = np.zeros(_BINS)
        self._count = 0
        self._energy = 0.0

    def add(self, energy: float) -> None:
        """Count a level; what is under the floor is no sound."""
        if energy < _FLOOR_ENERGY:
            return
        at = _bin(_lufs(energy))
        self._counts[at] += 1
        self._energies[at] += energy
        self._count += 1
        self._energy += energy

    @property
    def lufs(self) -> float | None:
        """How loud all of them are together."""
        return _lufs(self._energy / self._count) if self._count else None

    def count(self, gate_lufs: float) -> int:
        """How many levels lie above a gate."""
        return int(self._counts[_bin(gate_lufs) :].sum())

    def mean_lufs(self, gate_lufs: float) -> float | None:
        """How loud those above a gate are together."""
        count = self.count(gate_lufs)
        return _lufs(self._energies[_bin(gate_lufs) :].sum() / count) if count else None


def _bin(lufs: float) -> int:
    return min(max(0, int((lufs - _FLOOR_LUFS) * _BINS_PER_LU)), _BINS - 1)


def _lufs(energy: float) -> float:
    return _OFFSET_LU + 10 * math.log10(energy)
