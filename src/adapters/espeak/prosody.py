"""Speed and pitch as espeak-ng understands them: the laws that were measured on it."""

import math

import numpy as np

from adapters.espeak.job import Delivery
from adapters.espeak.variants import OCTAVES, Variant, file_name

RATES = (0.57, 1.75)
"""What every language of XTTS reaches within 5 %; some of them go from 0.46 to 2.3."""

SLOWEST, FASTEST = 0.46, 2.33
"""What is asked of a language at most, to come as near to those as it can."""

# Mean over the seventeen languages of: length at 175 words a minute / length at this setting.
_SETTINGS = (80, 85, 90, 100, 110, 120, 140, 160, 175, 190, 220, 260, 300, 340, 380, 420, 449)
_RATIOS = (
    *(0.482, 0.486, 0.515, 0.571, 0.627, 0.683, 0.802, 0.912, 1.0),
    *(1.083, 1.248, 1.456, 1.658, 1.837, 2.014, 2.207, 2.33),
)

# Where in a speaker's span the median of the melody lies; tones pull it down.
_MIDDLE = 0.76
_MIDDLES = {"zh-cn": 0.41}

# espeak-ng's arithmetic: a span is 108 units a step and 4096 units a hertz, a melody has about 0
# to 76 half steps, and a span made wider sinks by 18 units a unit so that its middle stays.
_SPAN_HZ = 108 / 4096
_SINK = 18
_MELODY = 2 / _SPAN_HZ
_NEUTRAL, _HIGHEST = 50, 99


def own_pitch_hz(variant: Variant, language: str) -> float:
    """The median pitch a speaker has when left alone."""
    return variant.base_hz + _MIDDLES.get(language, _MIDDLE) * variant.span


def delivery(
    voice: str,
    index: int,
    variant: Variant,
    language: str,
    median_hz: float,
) -> Delivery:
    """The register and dials that give the index-th speaker this median pitch."""
    ratio = median_hz / own_pitch_hz(variant, language)
    octave = min(max(round(math.log2(ratio)), OCTAVES[0]), OCTAVES[-1])
    left = ratio / 2.0**octave
    wide = min(_HIGHEST, round(_NEUTRAL * left))
    return Delivery(
        voice=f"{voice}+{file_name(index, octave)}",
        pitch=_pitch(variant, language, left, wide / _NEUTRAL),
        range=wide,
    )


def setting(rate: float) -> int:
    """The words a minute that most languages need for this rate."""
    logarithm = float(np.interp(math.log(rate), np.log(_RATIOS), np.log(_SETTINGS)))
    return round(math.exp(logarithm))


def _pitch(variant: Variant, language: str, ratio: float, wide: float) -> int:
    """The dial that puts the median at `ratio` of the own one while the span is `wide`."""
    span_hz = variant.span * _SPAN_HZ
    melody = _MIDDLES.get(language, _MIDDLE) * _MELODY
    wanted_hz = ratio * own_pitch_hz(variant, language)
    base_hz = wanted_hz + _SINK * span_hz * (wide - 1) - melody * span_hz * wide / 2
    dial = _NEUTRAL + _NEUTRAL * math.log2(max(base_hz / variant.base_hz, 0.25))
    return min(max(round(dial), 0), _HIGHEST)
