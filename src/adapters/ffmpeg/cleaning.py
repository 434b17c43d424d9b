"""Steady noise taken out of speech by ffmpeg's spectral gate, told what the noise is like.

Left to itself the gate listens for noise of -50 dB and finds little. Told the level of the quietest
moment, and played that moment first, it takes 10 dB of hiss or hum out of the pauses.
"""

import asyncio

import ffmpeg
import numpy as np

from adapters.ffmpeg.process import Bounds, ProgramGaveUpError, run
from domain.audio import Pcm, Samples, join, silence
from domain.errors import StudioBusyError

_REDUCTION_DB = 12
# as long as a stop closes the lips: fluent speech has no other pause, and is not to be noise
_QUIET_S = 0.06
_TIMES = 10
_EDGE_S = 0.05
_LOWEST_DB, _HIGHEST_DB = -80.0, -20.0
_BELOW_FLOOR_DB = -2.0
_HEADER_ROOM = 64 * 1024
_SLOWEST_TIMES_REAL = 10


def as_it_comes(rate_hz: int) -> str:
    """Return the filters for a stream, whose noise nobody has heard yet; its times stay."""
    held = _held(rate_hz)
    return f"apad=pad_len={held},afftdn=nr={_REDUCTION_DB},{_without(held)}"


async def cleaned(program: str, pcm: Pcm, timeout_s: float) -> Pcm:
    """Return the sound with less steady noise, sample for sample where it was."""
    if len(pcm.samples) < _QUIET_S * pcm.rate_hz:
        return pcm
    given, filters = await asyncio.to_thread(_prepared, pcm)
    bounds = Bounds(timeout_s + pcm.seconds / _SLOWEST_TIMES_REAL, given.nbytes + _HEADER_ROOM)
    try:
        made = await run(_command(program, pcm.rate_hz, filters), given.tobytes(), bounds)
    except ProgramGaveUpError as e:
        raise StudioBusyError("ffmpeg could not clean this; check RHAPSODE_FFMPEG.") from e
    samples = np.frombuffer(made, dtype="<f4")
    if len(samples) != len(pcm.samples):
        raise StudioBusyError("ffmpeg gave another sound back; check RHAPSODE_FFMPEG.")
    return Pcm(samples, pcm.rate_hz)


def _prepared(pcm: Pcm) -> tuple[Samples, str]:
    """Put the noise alone in front, and room for what the gate holds back behind."""
    quiet, level_db = _quietest(pcm)
    heard_first = np.tile(quiet, _TIMES)
    held = _held(pcm.rate_hz)
    learnt_s = len(heard_first) / pcm.rate_hz - _EDGE_S
    filters = (
        f"asendcmd=c='{_EDGE_S} afftdn sn start; {learnt_s:.3f} afftdn sn stop',"
        f"afftdn=nr={_REDUCTION_DB}:nf={level_db:.1f},{_without(held + len(heard_first))}"
    )
    return join(heard_first, pcm.samples, silence(held / pcm.rate_hz, pcm.rate_hz)), filters


def _quietest(pcm: Pcm) -> tuple[Samples, float]:
    """Return the quietest moment and the level the gate is to take for noise."""
    width = round(_QUIET_S * pcm.rate_hz)
    energy = np.cumsum(np.square(pcm.samples, dtype=np.float64))
    energy = np.concatenate(([0.0], energy))
    moments = energy[width:] - energy[:-width]
    at = int(np.argmin(moments))
    level_db = 10 * np.log10(max(moments[at], 0.0) / width + 1e-12) + _BELOW_FLOOR_DB
    return pcm.samples[at : at + width], float(np.clip(level_db, _LOWEST_DB, _HIGHEST_DB))


def _held(rate_hz: int) -> int:
    """Return how many samples the gate is late by: two of its steps."""
    return 2 * (rate_hz // 80)


def _without(first: int) -> str:
    return f"atrim=start_sample={first},asetpts=PTS-STARTPTS"


def _command(program: str, rate_hz: int, filters: str) -> list[str]:
    source = ffmpeg.input("fd:", fd=0, format="f32le", ar=rate_hz, ac=1, threads=1)
    sink = ffmpeg.output(
        source["a:0"], "fd:", fd=1, format="f32le", acodec="pcm_f32le", af=filters, threads=1
    )
    alone = [program, "-nostdin", "-hide_banner", "-loglevel", "error"]
    command: list[str] = ffmpeg.compile(sink, cmd=alone)
    return command
