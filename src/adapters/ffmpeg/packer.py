"""A clip packed to be kept: FLAC of 24 bits, which holds any 16- or 24-bit recording exactly.

FLAC drops low bits that are always zero: a 16-bit recording does not pay for the depth.
"""

import asyncio

import ffmpeg
import numpy as np

from adapters.ffmpeg.decoder import check_sound
from adapters.ffmpeg.process import Bounds, ProgramGaveUpError, run
from domain.audio import Pcm, Samples
from domain.errors import StudioBusyError
from domain.voice import Clip

_FULL_SCALE = 2**23
_HEADER_ROOM = 64 * 1024


async def packed(program: str, pcm: Pcm, timeout_s: float) -> Clip:
    """Return the sound as FLAC; what lies beyond full scale is cut."""
    check_sound(pcm)
    raw = await asyncio.to_thread(_integers, pcm.samples)
    bounds = Bounds(timeout_s, 2 * len(raw) + _HEADER_ROOM)
    try:
        flac = await run(_command(program, pcm.rate_hz), raw, bounds)
    except ProgramGaveUpError as e:
        raise StudioBusyError("ffmpeg could not pack the clip; check RHAPSODE_FFMPEG.") from e
    return Clip(bytes(flac), pcm.seconds, pcm.rate_hz)


def _integers(samples: Samples) -> bytes:
    """Round to 24 bits here: ffmpeg would cut them off, and dither nothing."""
    scaled = samples * np.float32(_FULL_SCALE)
    np.rint(scaled, out=scaled)
    np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1, out=scaled)
    return (scaled.astype("<i4") << 8).tobytes()


def _command(program: str, rate_hz: int) -> list[str]:
    source = ffmpeg.input("fd:", fd=0, format="s32le", ar=rate_hz, ac=1, threads=1)
    sink = ffmpeg.output(
        source["a:0"],
        "fd:",
        # a descriptor can be sought in: the header then tells the length and the samples' MD5
        fd=1,
        format="flac",
        acodec="flac",
        bits_per_raw_sample=24,
        fflags="+bitexact",
        threads=1,
    )
    alone = [program, "-nostdin", "-hide_banner", "-loglevel", "error"]
    command: list[str] = ffmpeg.compile(sink, cmd=alone)
    return command
