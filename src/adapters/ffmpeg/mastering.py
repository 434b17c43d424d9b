"""A whole sound brought to its loudness: one constant gain, the limiter, and a second look."""

import asyncio

import numpy as np

from adapters.ffmpeg.meter import Heard, heard
from domain.audio import Pcm, join
from domain.limiter import Limiter
from domain.loudness import Mastered, Target

_ROUNDS = 3
_CLOSE_LU = 0.05
_LEAST_DB, _MOST_DB = -60.0, 40.0


async def mastered(program: str, pcm: Pcm, target: Target, timeout_s: float) -> Mastered:
    """Return the sound at the target, or as near as its peaks let it come in three rounds."""
    before = await heard(program, pcm, timeout_s)
    gain_db = _gain_db(before, target)
    if before.peak_dbtp + gain_db <= target.ceiling_dbtp:
        return _turned(pcm, before, gain_db)
    made, after = await _limited(program, pcm, gain_db, target, timeout_s)
    for _ in range(_ROUNDS - 1):
        missing = _missing(after, target)
        if missing is None or abs(missing) <= _CLOSE_LU:
            break
        gain_db = _bounded(gain_db + missing)
        made, after = await _limited(program, pcm, gain_db, target, timeout_s)
    return Mastered(made, after.lufs, after.peak_dbtp)


def _turned(pcm: Pcm, before: Heard, gain_db: float) -> Mastered:
    """Nothing reaches the ceiling: what was heard is merely louder, by exactly so much."""
    lufs = None if before.lufs is None else before.lufs + gain_db
    made = Pcm(pcm.samples * np.float32(10 ** (gain_db / 20)), pcm.rate_hz) if gain_db else pcm
    return Mastered(made, lufs, before.peak_dbtp + gain_db)


async def _limited(
    program: str, pcm: Pcm, gain_db: float, target: Target, timeout_s: float
) -> tuple[Pcm, Heard]:
    made = await asyncio.to_thread(_under_ceiling, pcm, gain_db, target.ceiling_dbtp)
    return made, await heard(program, made, timeout_s)


def _under_ceiling(pcm: Pcm, gain_db: float, ceiling_dbtp: float) -> Pcm:
    limiter = Limiter(pcm.rate_hz, ceiling_dbtp)
    louder = pcm.samples * np.float32(10 ** (gain_db / 20))
    return Pcm(join(limiter.feed(louder), limiter.flush()), pcm.rate_hz)


def _gain_db(before: Heard, target: Target) -> float:
    return _bounded(_missing(before, target) or 0.0)


def _missing(now: Heard, target: Target) -> float | None:
    """Return how much louder it should be; None where that is nobody's wish or not known."""
    return None if now.lufs is None or target.lufs is None else target.lufs - now.lufs


def _bounded(gain_db: float) -> float:
    return min(max(gain_db, _LEAST_DB), _MOST_DB)
