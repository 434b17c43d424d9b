"""A character between others: their pitch and pace on average, in the mouth of the heaviest."""

import math
from collections.abc import Callable, Mapping

from adapters.espeak.timbre import HIGHEST_HZ, LOWEST_HZ, Character


def mixed_character(shares: Mapping[Character, float], own_hz: Callable[[int], float]) -> Character:
    """Return the mix of characters whose shares are 1 together.

    Pitch and pace are heard as ratios, so that their mean is the geometric one.
    """
    heaviest = max(shares, key=lambda each: (shares[each], -each.speaker))
    if len(shares) == 1:
        return heaviest
    hertz = {each: each.median_hz or own_hz(each.speaker) for each in shares}
    paces = {each: each.pace or 1.0 for each in shares}
    median_hz = min(max(_mean(hertz, shares), LOWEST_HZ), HIGHEST_HZ)
    return Character(heaviest.speaker, median_hz, _mean(paces, shares))


def _mean(values: Mapping[Character, float], shares: Mapping[Character, float]) -> float:
    return math.exp(math.fsum(shares[each] * math.log(values[each]) for each in shares))
