"""How high and how fast somebody speaks, heard from a clip."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from domain.audio import Pcm, Samples

_RATE_HZ = 8_000
_HOP = 80
_FRAME = 512
_FFT = 1024
_LOWEST_HZ, _HIGHEST_HZ = 60, 400
_VOICED = 0.6
_AS_GOOD = 0.9
_QUIET_DB = -30.0
_SILENCE = 1e-7
_LEAST_FRAMES = 5
_LONGEST_S = 120
_NUCLEUS_RISE = 1.0
_NUCLEUS_APART = 8
_SMOOTH = 3

Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heard:
    """Median pitch (0 where nothing was voiced) and syllables a second of speech (0 if none)."""

    median_hz: float
    syllables_per_s: float


def listen(clips: Sequence[Pcm]) -> Heard:
    """Measure all clips as one speaker."""
    frames = np.concatenate([_frames(clip) for clip in clips]) if clips else np.zeros((0, _FRAME))
    power = np.square(frames).mean(axis=1)
    loud = power > max(_SILENCE, _loudness(power) * 10 ** (_QUIET_DB / 10))
    hz = _voiced_hz(frames[loud][::2])
    return Heard(_median_hz(hz), _syllables_per_s(power, loud, len(hz)))


def _frames(clip: Pcm) -> NDArray[np.float32]:
    """Overlapping frames of 64 ms each 10 ms, at about 8 kHz."""
    samples = clip.samples[: round(_LONGEST_S * clip.rate_hz)]
    plain = _resampled(samples - np.float32(samples.mean() if len(samples) else 0), clip.rate_hz)
    if len(plain) < _FRAME:
        return np.zeros((0, _FRAME), dtype=np.float32)
    views: NDArray[np.float32] = sliding_window_view(plain, _FRAME)
    return views[::_HOP]


def _resampled(samples: Samples, rate_hz: int) -> Samples:
    """Average whole groups, then interpolate: enough for pitches far below the new rate."""
    group = max(1, rate_hz // _RATE_HZ)
    whole = len(samples) // group * group
    means = samples[:whole].reshape(-1, group).mean(axis=1)
    now_hz = rate_hz / group
    positions = np.arange(int(len(means) * _RATE_HZ / now_hz)) * (now_hz / _RATE_HZ)
    resampled: Samples = np.interp(positions, np.arange(len(means)), means).astype(np.float32)
    return resampled


def _loudness(power: Row) -> float:
    return float(np.percentile(power, 95)) if len(power) else 0.0


def _voiced_hz(frames: NDArray[np.float32]) -> Row:
    """The pitch of each frame that repeats itself."""
    if not len(frames):
        return np.zeros(0)
    alike = _autocorrelation(frames)
    first, last = _RATE_HZ // _HIGHEST_HZ, _RATE_HZ // _LOWEST_HZ
    lags = alike[:, first - 1 : last + 2]
    middle = lags[:, 1:-1]
    peaks = np.where((middle >= lags[:, :-2]) & (middle > lags[:, 2:]), middle, 0.0)
    best = peaks.max(axis=1)
    # The first lag that is nearly as good as the best: the best may be two or three periods.
    chosen = (peaks >= np.maximum(best * _AS_GOOD, _VOICED)[:, None]).argmax(axis=1)
    voiced = best > _VOICED
    rows = np.flatnonzero(voiced)
    at = chosen[rows]
    before, here, after = lags[rows, at], lags[rows, at + 1], lags[rows, at + 2]
    shift = (before - after) / (2 * (before - 2 * here + after) - 1e-12)
    return np.asarray(_RATE_HZ / (at + first + shift), dtype=np.float64)


def _autocorrelation(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """How alike each frame is to itself, shifted; 1 for a perfect period, whatever the lag."""
    window = np.hanning(_FRAME).astype(np.float32)
    spectrum = np.fft.rfft(frames * window, _FFT)
    alike = np.fft.irfft(np.square(np.abs(spectrum)), _FFT)[:, : _FRAME // 2]
    fade = np.fft.irfft(np.square(np.abs(np.fft.rfft(window, _FFT))), _FFT)[: _FRAME // 2]
    scaled = alike / (alike[:, :1] + 1e-9) / (fade / fade[0])
    return np.asarray(scaled, dtype=np.float32)


def _median_hz(hz: Row) -> float:
    if len(hz) < _LEAST_FRAMES:
        return 0.0
    middle = np.median(hz)
    near = hz[(hz > middle / 1.7) & (hz < middle * 1.7)]
    return float(np.median(near))


def _syllables_per_s(power: Row, loud: NDArray[np.bool_], voiced: int) -> float:
    """Count the swells of loudness, each a syllable's nucleus, in a second of sound."""
    if voiced < _LEAST_FRAMES:
        return 0.0
    smooth = np.hanning(_SMOOTH + 2)[1:-1]
    level = 10 * np.log10(np.convolve(power, smooth / smooth.sum(), "same") + 1e-12)
    return _swells(level, loud) / (int(np.count_nonzero(loud)) * _HOP / _RATE_HZ)


def _swells(level: Row, loud: NDArray[np.bool_]) -> int:
    count, valley, top, last = 0, level[0], -np.inf, -_NUCLEUS_APART
    for index, value in enumerate(level):
        top = max(top, value)
        if value < top - _NUCLEUS_RISE:
            if top > valley + _NUCLEUS_RISE and loud[index - 1] and index - last >= _NUCLEUS_APART:
                count, last = count + 1, index
            valley, top = value, value
        valley = min(valley, value)
    return count
