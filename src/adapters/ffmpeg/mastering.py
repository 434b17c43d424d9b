"""A whole sound brought to its loudness, and measured by a meter that had no part in it."""

import asyncio
from dataclasses import replace

from adapters.ffmpeg.meter import Heard, heard
from domain.audio import Pcm
from domain.loudness import Mastered, Target
from domain.mastering import Levelled, levelled

_ROUNDS = 3
_AGREED_LU = 0.28


async def mastered(program: str, pcm: Pcm, target: Target, timeout_s: float) -> Mastered:
    """Return the sound at the target, or as near as its peaks let it come.

    The two meters differ by up to 0.23 LU, at 8 kHz. Should they differ by more, the sound is
    brought between what they say, in three rounds at most.
    """
    aim = target
    made = await asyncio.to_thread(levelled, pcm, aim)
    after = await heard(program, made.pcm, timeout_s)
    for _ in range(_ROUNDS - 1):
        off = _off(made, after, target)
        if target.lufs is None or abs(off) <= _AGREED_LU:
            break
        aim = replace(aim, lufs=(aim.lufs or target.lufs) - off / 2)
        made = await asyncio.to_thread(levelled, pcm, aim)
        after = await heard(program, made.pcm, timeout_s)
    return Mastered(made.pcm, made.lufs, after.peak_dbtp)


def _off(made: Levelled, after: Heard, target: Target) -> float:
    """How much louder it is than wanted, for the meter that disagrees; 0 where that is unknown."""
    if made.lufs is None or after.lufs is None or target.lufs is None:
        return 0.0
    # peaks that leave no room are no quarrel of the meters
    return after.lufs - made.lufs
