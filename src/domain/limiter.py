"""A limiter whose peaks are those between the samples."""

import numpy as np

from domain.audio import Samples, join, silence

_LOOK_AHEAD_S = 0.0015
_FINER = 4


class Limiter:
    """A stand-in until the streaming one: hears all, then gives all."""

    def __init__(self, rate_hz: int, ceiling_dbtp: float) -> None:
        self._reach = max(1, round(_LOOK_AHEAD_S * rate_hz))
        self._ceiling = 10 ** (ceiling_dbtp / 20)
        self._heard: list[Samples] = []

    def feed(self, samples: Samples) -> Samples:
        """Hear more."""
        self._heard.append(samples)
        return silence(0, 1)

    def flush(self) -> Samples:
        """Return all that was heard, under the ceiling."""
        sound = join(*self._heard, silence(0, 1))
        self._heard = []
        if not len(sound):
            return sound
        needed = np.minimum(1.0, self._ceiling * 0.997 / np.maximum(_peaks(sound), 1e-9))
        if needed.min() >= 1.0:
            return sound
        reach = self._reach
        ends = np.pad(needed, 2 * reach, constant_values=1.0)
        lowest = np.lib.stride_tricks.sliding_window_view(ends, 2 * reach + 1).min(axis=1)
        window = np.hanning(2 * reach + 3)[1:-1]
        gain = np.convolve(lowest, window / window.sum(), mode="valid")
        return (sound * gain).astype(np.float32)


def _peaks(sound: Samples) -> Samples:
    """Return the largest size around each sample."""
    room = 64
    padded = np.pad(sound, room)
    spectrum = np.fft.rfft(padded)
    fine = np.fft.irfft(spectrum, _FINER * len(padded)) * _FINER
    peaks: Samples = np.abs(fine).reshape(-1, _FINER).max(axis=1)
    around = np.maximum(peaks[room : room + len(sound)], peaks[room - 1 : room - 1 + len(sound)])
    return around.astype(np.float32)
