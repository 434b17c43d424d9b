"""Silence before and behind a clip teaches an engine nothing and is cut; speech never is."""

import numpy as np
from numpy.typing import NDArray

from domain.audio import Pcm
from domain.frames import decibels, frame_length, frame_power

_LEFT_S = 0.2
_SILENT_DBFS = -50.0
_BELOW_SPEECH_DB = 35.0
_LOUD_PERCENTILE = 95
_SHORTEST_S = 1.0


def trimmed(pcm: Pcm) -> Pcm:
    """Cut leading and trailing silence down to 0.2 s; a clip shorter than 1 s is left whole."""
    power = frame_power(pcm)
    sounding = np.flatnonzero(power > _silence(power)) if len(power) else power
    if not len(sounding):
        return pcm
    frame, left = frame_length(pcm.rate_hz), round(_LEFT_S * pcm.rate_hz)
    begin = max(0, int(sounding[0]) * frame - left)
    end = min(len(pcm.samples), (int(sounding[-1]) + 1) * frame + left)
    if end - begin < _SHORTEST_S * pcm.rate_hz:
        return pcm
    return Pcm(pcm.samples[begin:end], pcm.rate_hz)


def _silence(power: NDArray[np.float64]) -> float:
    """The power that silence does not exceed.

    It is far below the loud parts, for a recording may be quiet and a consonant quieter still, and
    never above what is silent anywhere: steady noise is left, since speech may hide in it.
    """
    loud = float(np.percentile(power, _LOUD_PERCENTILE))
    return min(decibels(_SILENT_DBFS), loud / decibels(_BELOW_SPEECH_DB))
