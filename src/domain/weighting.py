"""The K-weighting of ITU-R BS.1770: sound as the ear weighs it, at any rate."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from domain.audio import Samples

HOP_S = 0.1
"""How much sound one energy is of."""

Floats = NDArray[np.float64]

# The two filters behind the standard's table of coefficients, which is for 48 kHz alone
_SHELF_HZ, _SHELF_Q, _SHELF_DB = 1681.974450955533, 0.7071752369554196, 3.999843853973347
_SHELF_MIDDLE = 0.4996667741545416
_RUMBLE_HZ, _RUMBLE_Q = 38.13547087602444, 0.5003270373238773
_STANDARD_HZ = 48_000
# About the root of a hop at 24 kHz; at 48 kHz still no multiplication that starts a second thread
_ROWS_OF = range(50, 23, -1)


class Weighted:
    """The mean square of each tenth of a second, K-weighted; the same however sound is cut up."""

    def __init__(self, rate_hz: int) -> None:
        self._filter = _filter(rate_hz)
        self._state = np.zeros(len(self._filter.echoes))
        self._held = np.zeros(0, dtype=np.float32)

    def feed(self, samples: Samples) -> Floats:
        """Return the energies of the hops that are whole by now."""
        held = np.concatenate((self._held, samples), dtype=np.float32)
        hop = self._filter.hop
        hops, rest = divmod(len(held), hop)
        energies = np.empty(hops)
        for at in range(hops):
            heard, self._state = self._filter.run(held[at * hop : (at + 1) * hop], self._state)
            energies[at] = heard @ heard / hop
        # a copy, so that a long sound is not kept for the sake of its end
        self._held = held[len(held) - rest :].copy() if hops else held
        return energies


@dataclass(frozen=True, slots=True, eq=False)
class _Filter:
    """A recursive filter as matrices, for a hop cut into rows.

    Each row answers to its own samples and to the state it starts from; all the starts of a hop
    follow at once from the state before it and from what every row leaves behind.
    """

    hop: int
    taps: Floats
    """From the samples of a row to what is heard of them in it."""
    ends: Floats
    """From the samples of a row to the state they leave."""
    starts: Floats
    """From the first state and what the rows leave, to the states that rows start from."""
    echoes: Floats
    """From the state that a row starts from to what is heard of it."""

    def run(self, hop: Samples, state: Floats) -> tuple[Floats, Floats]:
        """Filter a hop; the state behind it begins the next."""
        rows = hop.astype(np.float64).reshape(-1, len(self.taps))
        left = (rows @ self.ends).reshape(-1)
        states = (np.concatenate((state, left)) @ self.starts).reshape(len(rows) + 1, -1)
        heard = rows @ self.taps + states[:-1] @ self.echoes
        return heard.reshape(-1), states[-1]


@lru_cache(maxsize=16)
def _filter(rate_hz: int) -> _Filter:
    step, enter, leave, through = _in_series(_shelf(rate_hz), _rumble(rate_hz))
    hop, row = _cut(round(rate_hz * HOP_S))
    powers = [np.linalg.matrix_power(step, at) for at in range(row)]
    answer = np.array([through, *(leave @ power @ enter for power in powers[:-1])])
    taps = np.array([np.concatenate((np.zeros(at), answer[: row - at])) for at in range(row)])
    ends = np.array([power @ enter for power in reversed(powers)])
    echoes = np.array([leave @ power for power in powers]).T
    count = hop // row + 1
    over = [np.linalg.matrix_power(step, row * at).T for at in range(count)]
    nothing = np.zeros_like(step)
    starts = [
        [over[to - at] if to >= at else nothing for to in range(count)] for at in range(count)
    ]
    return _Filter(hop, taps, ends, np.block(starts), echoes)


def _cut(hop: int) -> tuple[int, int]:
    """Return a hop that can be cut into rows, this one or hardly shorter, and their length."""
    lengths = ((each, row) for each in range(hop, 0, -1) for row in _ROWS_OF if each % row == 0)
    return next(lengths)


_Section = tuple[Floats, Floats, Floats, float]
"""How a state goes on, what a sample adds to it, what is heard of it, what is heard at once."""


def _in_series(first: _Section, second: _Section) -> _Section:
    (step, enter, leave, through), (step2, enter2, leave2, through2) = first, second
    on = np.block([[step, np.zeros_like(step)], [np.outer(enter2, leave), step2]])
    heard = np.concatenate((through2 * leave, leave2))
    return on, np.concatenate((enter, enter2 * through)), heard, through * through2


def _shelf(rate_hz: int) -> _Section:
    """Raise what the head raises: everything above two kilohertz, by 4 dB."""
    high = 10 ** (_SHELF_DB / 20)
    middle = high**_SHELF_MIDDLE / _SHELF_Q
    return _section(_warped(_SHELF_HZ, rate_hz), (high, middle, 1.0), 1 / _SHELF_Q)


def _rumble(rate_hz: int) -> _Section:
    """Leave out what is felt rather than heard."""
    # In the standard's table what passes gains a little (0.04 dB): at any rate, then, the same
    at_standard = _warped(_RUMBLE_HZ, _STANDARD_HZ)
    gain = 1 + at_standard / _RUMBLE_Q + at_standard**2
    return _section(_warped(_RUMBLE_HZ, rate_hz), (gain, 0.0, 0.0), 1 / _RUMBLE_Q)


def _warped(hz: float, rate_hz: int) -> float:
    return math.tan(math.pi * hz / rate_hz)


def _section(warped: float, above: tuple[float, float, float], damping: float) -> _Section:
    """Bring a second-order filter from analogue to digital by the bilinear transform."""
    b0, b1, b2 = _digital(warped, above)
    a0, a1, a2 = _digital(warped, (1.0, damping, 1.0))
    through = b0 / a0
    step = np.array([[-a1 / a0, 1.0], [-a2 / a0, 0.0]])
    enter = np.array([b1 - a1 * through, b2 - a2 * through]) / a0
    return step, enter, np.array([1.0, 0.0]), through


def _digital(warped: float, analogue: tuple[float, float, float]) -> tuple[float, float, float]:
    second, first, zeroth = analogue[0], analogue[1] * warped, analogue[2] * warped**2
    return second + first + zeroth, 2 * (zeroth - second), second - first + zeroth
