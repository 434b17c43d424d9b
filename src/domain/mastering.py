"""The one gain that brings a whole sound to its loudness, whatever the limiter takes of it."""

from dataclasses import dataclass

import numpy as np

from domain.audio import Pcm, Samples, join
from domain.limiter import Limiter
from domain.loudness import Meter, Target
from domain.peaks import true_peak_dbtp

_TRIES = 6
_CLOSE_LU = 0.03
_LEAST_DB, _MOST_DB = -60.0, 40.0
_FLATTEST = 0.15
"""Where a decibel more of gain brings less than this, more gain is only more noise."""


@dataclass(frozen=True, slots=True)
class Levelled:
    """A sound under its ceiling, the gain it got, and its loudness; None where it has none."""

    pcm: Pcm
    gain_db: float
    lufs: float | None


def levelled(pcm: Pcm, target: Target) -> Levelled:
    """Return the sound at the target, or as near as its peaks let it come."""
    lufs = loudness(pcm)
    if lufs is None or target.lufs is None:
        return _at(pcm, 0.0, lufs, target)
    made = _at(pcm, _bounded(target.lufs - lufs), lufs, target)
    slope = 1.0
    for _ in range(_TRIES):
        missing = target.lufs - (made.lufs or target.lufs)
        if abs(missing) <= _CLOSE_LU:
            break
        further = _at(pcm, _bounded(made.gain_db + missing / slope), lufs, target)
        moved_db = further.gain_db - made.gain_db
        won = (further.lufs or 0.0) - (made.lufs or 0.0)
        made = further
        if not moved_db or won / moved_db < _FLATTEST:
            break
        slope = min(1.0, won / moved_db)
    return made


def loudness(pcm: Pcm) -> float | None:
    """Return the integrated loudness of a whole sound."""
    meter = Meter(pcm.rate_hz)
    meter.hear(pcm.samples)
    return meter.lufs


def _at(pcm: Pcm, gain_db: float, lufs: float | None, target: Target) -> Levelled:
    """Return the sound at a gain; only what the limiter touched must be measured again."""
    louder: Samples = pcm.samples * np.float32(10 ** (gain_db / 20)) if gain_db else pcm.samples
    if true_peak_dbtp(louder) <= target.ceiling_dbtp:
        return Levelled(Pcm(louder, pcm.rate_hz), gain_db, lufs and lufs + gain_db)
    limiter = Limiter(pcm.rate_hz, target.ceiling_dbtp)
    limited = Pcm(join(limiter.feed(louder), limiter.flush()), pcm.rate_hz)
    return Levelled(limited, gain_db, loudness(limited))


def _bounded(gain_db: float) -> float:
    return min(max(gain_db, _LEAST_DB), _MOST_DB)
