"""Loudness and true peak of a whole sound, as ffmpeg's meter after EBU R128 hears them."""

import math
import re
from dataclasses import dataclass

import ffmpeg
import numpy as np

from adapters.ffmpeg.process import Bounds, ProgramGaveUpError, run
from domain.audio import Pcm
from domain.errors import StudioBusyError

_STEPS_A_SECOND = 10
_TAIL_S = 0.3
_BYTES_A_STEP = 256
_HEADER_ROOM = 64 * 1024
_SLOWEST_TIMES_REAL = 10
_GATE_LUFS = -70.0
_SILENCE_DB = -120.0

_LOUDNESS = re.compile(rb"lavfi\.r128\.I=(-?[\d.]+|-?nan|-?inf)")
_PEAK = re.compile(rb"lavfi\.r128\.true_peak=([\d.]+)")


@dataclass(frozen=True, slots=True)
class Heard:
    """What the meter heard; no loudness where fewer than 400 ms are above the gate."""

    lufs: float | None
    peak_dbtp: float


async def heard(program: str, pcm: Pcm, timeout_s: float) -> Heard:
    """Measure a whole sound to a hundredth of a decibel."""
    loudest = float(np.max(np.abs(pcm.samples), initial=0.0))
    if loudest <= 10 ** (_SILENCE_DB / 20):
        return Heard(None, _SILENCE_DB)
    # the meter tells peaks in thousandths of full scale: too few for a quiet sound
    given = np.ascontiguousarray(pcm.samples / np.float32(loudest), dtype="<f4")
    steps = math.ceil((pcm.seconds + _TAIL_S) * _STEPS_A_SECOND)
    bounds = Bounds(
        timeout_s + pcm.seconds / _SLOWEST_TIMES_REAL, steps * _BYTES_A_STEP + _HEADER_ROOM
    )
    try:
        told = await run(_command(program, pcm.rate_hz), given.view(np.uint8).data, bounds)
    except ProgramGaveUpError as e:
        raise StudioBusyError("ffmpeg could not measure this; check RHAPSODE_FFMPEG.") from e
    return _understood(told, pcm, 20 * math.log10(loudest))


def _understood(told: bytearray, pcm: Pcm, taken_db: float) -> Heard:
    """Read the loudness at the last whole step of the sound, the peak behind its end."""
    loudness, peaks = _LOUDNESS.findall(told), _PEAK.findall(told)
    whole_steps = len(pcm.samples) // (pcm.rate_hz // _STEPS_A_SECOND)
    if not peaks or len(loudness) < whole_steps:
        raise StudioBusyError("ffmpeg did not tell how loud this is; check RHAPSODE_FFMPEG.")
    measured = float(loudness[whole_steps - 1]) if whole_steps else _GATE_LUFS
    lufs = measured + taken_db if measured > _GATE_LUFS else None
    peak_dbtp = 20 * math.log10(max(float(peaks[-1]), 1e-6)) + taken_db
    return Heard(lufs if lufs is None or lufs > _GATE_LUFS else None, peak_dbtp)


def _command(program: str, rate_hz: int) -> list[str]:
    source = ffmpeg.input("fd:", fd=0, format="f32le", ar=rate_hz, ac=1, threads=1)
    # silence behind the end completes the meter's last step
    filters = (
        f"apad=pad_dur={_TAIL_S},ebur128=peak=true:metadata=1:framelog=quiet,"
        "ametadata=print:key=lavfi.r128.I:file=-:direct=1,"
        "ametadata=print:key=lavfi.r128.true_peak:file=-:direct=1"
    )
    sink = ffmpeg.output(source["a:0"], "-", format="null", af=filters, threads=1)
    alone = [program, "-nostdin", "-hide_banner", "-loglevel", "error"]
    command: list[str] = ffmpeg.compile(sink, cmd=alone)
    return command
