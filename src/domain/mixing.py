"""Mixing: voices in portions, and the latents that lie between theirs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.audio import Samples
from domain.errors import InputError, MixCountError
from domain.speech import check_range
from domain.voice import Timbre

FEWEST, MOST = 2, 8
WEIGHTS = (0.001, 1000.0)
"""What each weight of a mix may be; only their ratios matter."""

_EMBEDDING = "speaker_embedding"


@dataclass(frozen=True, slots=True)
class Portion:
    """A timbre, and its share of a mix: all shares together are 1."""

    timbre: Timbre
    share: float


def check_mix(weights: Sequence[float]) -> None:
    """Refuse what is no mix of a few voices, each heard in it."""
    if not FEWEST <= len(weights) <= MOST:
        raise MixCountError(len(weights), FEWEST, MOST)
    for weight in weights:
        check_range("weight", weight, WEIGHTS)


def portions(timbres: Sequence[Timbre], weights: Sequence[float]) -> tuple[Portion, ...]:
    """Return each timbre once with its share, in an order that does not depend on the caller's.

    A timbre of no weight is none of them.
    """
    given: dict[str, tuple[Timbre, list[float]]] = {}
    for timbre, weight in zip(timbres, weights, strict=True):
        given.setdefault(timbre.sha256, (timbre, []))[1].append(weight)
    # fsum is exact: what is the same in another order gives the same shares, to the bit.
    whole = math.fsum(weights)
    shared = [
        Portion(timbre, math.fsum(parts) / whole) for _, (timbre, parts) in sorted(given.items())
    ]
    return tuple(portion for portion in shared if portion.share > 0)


def blended(mix: Sequence[Portion]) -> Mapping[str, Samples]:
    """Return the weighted mean of latents of one shape.

    A speaker's embedding is a direction: the mean of several is shorter than each, and is made as
    long as they are on average.
    """
    names = mix[0].timbre.arrays
    found = {name: _mean(mix, name) for name in names}
    lengths = [np.linalg.norm(np.float64(each.timbre.arrays[_EMBEDDING])) for each in mix]
    wanted = math.fsum(
        portion.share * float(length) for portion, length in zip(mix, lengths, strict=True)
    )
    length = float(np.linalg.norm(found[_EMBEDDING]))
    if length <= wanted * 1e-3:
        msg = "These voices cancel one another out; give them other weights."
        raise InputError(msg)
    found[_EMBEDDING] = found[_EMBEDDING] * (wanted / length)
    return {name: array.astype(np.float32) for name, array in found.items()}


def _mean(mix: Sequence[Portion], name: str) -> NDArray[np.float64]:
    parts = [portion.share * np.float64(portion.timbre.arrays[name]) for portion in mix]
    mean: NDArray[np.float64] = np.sum(parts, axis=0)
    return mean
