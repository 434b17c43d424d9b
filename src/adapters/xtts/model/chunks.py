"""How much of a line becomes sound at a time: little at first, then ever more.

Sizes are few, since the vocoder prepares itself for each. They do not change the samples.
"""

import math

from adapters.xtts.model.capacity import TOKENS_PER_S

SIZES = (4, 6, 8, 12, 16, 24, 32)
"""Latents, at the usual rate: a latent holds less sound the faster the speech."""

# While one chunk is heard the next must be made. At half of real time each may last twice as long
# as all that came before, less what a small window costs beyond its size.
_LEAST = (6, 4, 6, 8, 12, 16, 24)
_LEAST_IN_NEED = 4
_MORE_A_LINE = 5
# The others hear nothing while it is made: on two cores 0.16 s, where 32 take twice as long.
_FIRST_MOST = 24
_NEVER_TOO_MUCH = 8


def least(chunk: int, rate: float, cap: int | None, company: int) -> int:
    """How many latents are worth making sound of, for a line whose listener is in no need.

    `company` counts the others that speak or are about to: the first chunk is to last until the
    vocoder has served them. A client's cap holds for later ones alone.
    """
    if chunk:
        return _scaled(_LEAST[min(chunk, len(_LEAST) - 1)], rate, cap)
    # One of the sizes, or less would be taken than was waited for.
    wanted = min(_LEAST[0] + _MORE_A_LINE * company, _FIRST_MOST)
    return _scaled(next(size for size in SIZES if size >= wanted), rate, None)


def least_in_need(rate: float, cap: int | None) -> int:
    """How many will do where the listener runs dry."""
    return _scaled(_LEAST_IN_NEED, rate, cap)


def most(waiting: int, rate: float, cap: int | None, lead_s: float) -> int:
    """How many of those that wait are taken at once.

    While a chunk is made, its listener and all others live on what they have. A machine that keeps
    up with its lines makes any chunk in the time it lasts: none may last longer than the lead.
    """
    sizes = [
        _scaled(size, rate, cap)
        for size in SIZES
        if size <= _NEVER_TOO_MUCH or size / TOKENS_PER_S <= lead_s
    ]
    return max((size for size in sizes if size <= waiting), default=waiting)


def first(waiting: int, rate: float) -> int:
    """How many of those that wait are taken for the first chunk, since others wait for theirs."""
    return most(waiting, rate, None, _FIRST_MOST / TOKENS_PER_S)


def enough(rate: float) -> int:
    """How many may wait for the vocoder; never fewer than any chunk is made of."""
    return _scaled(2 * SIZES[-1], rate, None)


def _scaled(size: int, rate: float, cap: int | None) -> int:
    scaled = math.ceil(size * rate)
    return scaled if cap is None else min(scaled, cap)
