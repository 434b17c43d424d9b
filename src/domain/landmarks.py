"""Where in a line one word may end and the next begin: at pauses, and between syllables."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.audio import Samples

FRAMES_PER_S = 100

Row = NDArray[np.float64]
Places = NDArray[np.intp]

_FLOOR = 1e-10
_QUIET_DB = 32.0
_RANGE_DB = 40.0
_PAUSE = 10
_VOICE_HZ = 2750
_SWELL_DB = 4.0
_FAINT_DB = 25.0
_GRID = 5
_ONSET = 3


class Levels:
    """How loud each 10 ms of a line is as it arrives: all of it, and the voice alone."""

    def __init__(self, rate_hz: int) -> None:
        self.frame = max(1, rate_hz // FRAMES_PER_S)
        self._group = max(1, min(self.frame, rate_hz // _VOICE_HZ))
        self._rest = np.zeros(0, np.float32)
        self._all: list[Row] = []
        self._voice: list[Row] = []

    def feed(self, samples: Samples) -> None:
        """Take the next samples."""
        known = np.concatenate((self._rest, samples))
        whole = len(known) // self.frame * self.frame
        frames = known[:whole].reshape(-1, self.frame)
        self._rest = known[whole:]
        # Means of a few samples at a time leave out what hisses, which is no vowel.
        used = self.frame // self._group * self._group
        low = frames[:, :used].reshape(len(frames), used // self._group, self._group).mean(axis=2)
        self._all.append(_power(frames))
        self._voice.append(_power(low))

    def all_db(self) -> Row:
        """The level of each frame so far."""
        return _softened(self._all, (0.25, 0.5, 0.25))

    def voice_db(self) -> Row:
        """The level of each frame without its hiss."""
        return _softened(self._voice, (0.08, 0.25, 0.34, 0.25, 0.08))


def _power(frames: Samples) -> Row:
    return np.asarray(np.square(frames.astype(np.float64)).mean(axis=1))


def _softened(powers: list[Row], weights: tuple[float, ...]) -> Row:
    power = np.concatenate([np.zeros(0), *powers])
    powers[:] = [power]
    if not len(power):
        return power
    soft = np.convolve(np.pad(power, len(weights) // 2, mode="edge"), weights, "valid")
    return np.asarray(10 * np.log10(soft + _FLOOR))


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Places in order, the first where speech begins and the last where it ends (frames).

    At a pause a word ends where it begins and the next begins where it ends; elsewhere both are
    one. `spoken_s` leaves pauses out; `level` is 0 in silence and 1 where it is loud; `swells`
    counts how often the voice has swelled so far, about once a syllable.
    """

    ends: Places
    begins: Places
    spoken_s: Row
    level: Row
    pause_s: Row
    swells: Places


def landmarks(levels: Levels, first: int = 0) -> Landmarks | None:
    """Find them from the first frame on; None where there is only silence."""
    db = levels.all_db()
    if len(db) <= first:
        return None
    loud = float(np.percentile(db, 90))
    quiet = db < max(loud - _QUIET_DB, 10 * np.log10(_FLOOR) + 1)
    sounding = np.flatnonzero(~quiet[first:]) + first
    if not len(sounding):
        return None
    onset, offset = int(sounding[0]), int(sounding[-1]) + 1
    pauses = _pauses(quiet, onset, offset)
    level = np.clip((db - loud + _RANGE_DB) / _RANGE_DB, 0.0, 1.0)
    swells = _swells(levels.voice_db()[onset:offset]) + onset
    return _placed(level, swells, pauses, (onset, offset))


def _pauses(quiet: NDArray[np.bool_], onset: int, offset: int) -> list[tuple[int, int]]:
    """Silences too long for the closure of a consonant."""
    edges = np.flatnonzero(np.diff(quiet[onset:offset].astype(np.int8))) + 1 + onset
    runs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(start, end) for start, end in runs if end - start >= _PAUSE]


def _swells(db: Row) -> Places:
    """Where the voice is loudest between two falls."""
    faint = float(np.percentile(db, 90)) - _FAINT_DB
    found: list[int] = []
    valley = top = db[0]
    at = 0
    for frame, level in enumerate(db.tolist()):
        if level > top:
            top, at = level, frame
        if level < top - _SWELL_DB:
            if top > max(valley + _SWELL_DB, faint):
                found.append(at)
            valley = top = level
        if level < valley:
            valley = top = level
    return np.array(found, np.intp)


def _placed(
    level: Row, swells: Places, pauses: list[tuple[int, int]], speech: tuple[int, int]
) -> Landmarks:
    onset, offset = speech
    heard = np.ones(len(level) + 1)
    inside = np.zeros(len(level) + 1, np.bool_)
    for start, end in pauses:
        heard[start:end] = 0.0
        inside[start : end + 1] = True
    spoken = np.concatenate(([0.0], np.cumsum(heard)))
    plain = _dips(level, onset, offset, inside)
    starts = np.array([start for start, _ in pauses], np.intp)
    ends = np.array([end for _, end in pauses], np.intp)
    first, last = np.array([onset], np.intp), np.array([offset], np.intp)
    all_ends = np.concatenate((first, plain, starts, last))
    all_begins = np.concatenate((first, plain, ends, last))
    order = np.argsort(all_ends, kind="stable")
    all_ends, all_begins = all_ends[order], all_begins[order]
    lowest = level[np.clip(all_ends, 0, len(level) - 1)]
    return Landmarks(
        ends=all_ends,
        begins=all_begins,
        spoken_s=(spoken[all_ends] - spoken[onset]) / FRAMES_PER_S,
        level=np.where(all_begins > all_ends, 0.0, lowest),
        pause_s=(all_begins - all_ends) / FRAMES_PER_S,
        swells=np.searchsorted(swells, all_ends),
    )


def _dips(level: Row, onset: int, offset: int, inside: NDArray[np.bool_]) -> Places:
    """Every local minimum, and places in between, so that no stretch is without any."""
    wide = np.pad(level, 1, mode="edge")
    lowest = (wide[1:-1] <= wide[:-2]) & (wide[1:-1] <= wide[2:])
    lowest[::_GRID] = True
    lowest[inside[:-1]] = False
    places = np.flatnonzero(lowest)
    return places[(places >= onset + _ONSET) & (places <= offset - _ONSET)]
