"""What is measured of a reference clip, and what its sender should do better."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.audio import Pcm, Samples
from domain.frames import frame_power
from domain.loudness import Meter

_FULL_SCALE = 0.999
_SHORTEST_RUN = 3
_MUCH_CLIPPED = 0.001
_NOISE_PERCENTILE, _LOUD_PERCENTILE = 10, 95
_LEAST_FRAMES = 25
_CLEANEST_DB = 96.0
_NOISY_DB = 10.0
_QUIET_LUFS = -40.0
_DULL_HZ = 16_000


@dataclass(frozen=True, slots=True)
class ClipReport:
    """One clip as it was sent; `trimmed_s` is the silence left out where a voice is taken of it."""

    seconds: float
    rate_hz: int
    lufs: float | None
    """None where it is too short to say."""
    snr_db: float | None
    """An estimate, see `snr_db`."""
    clipped_places: int
    clipped_share: float
    """Of all samples."""
    trimmed_s: float = 0.0
    warnings: tuple[str, ...] = ()


def clip_report(pcm: Pcm, *, trimmed_s: float = 0.0, warnings: tuple[str, ...] = ()) -> ClipReport:
    """Measure a clip; what was said of it before stands before what there is to say now."""
    meter = Meter(pcm.rate_hz)
    meter.hear(pcm.samples)
    noise, (places, clipped) = snr_db(pcm), _clipping(pcm.samples)
    share = clipped / max(1, len(pcm.samples))
    found = _found(pcm.rate_hz, meter.lufs, noise, places, share)
    return ClipReport(
        seconds=pcm.seconds,
        rate_hz=pcm.rate_hz,
        lufs=meter.lufs,
        snr_db=noise,
        clipped_places=places,
        clipped_share=share,
        trimmed_s=trimmed_s,
        warnings=(*warnings, *found),
    )


def snr_db(pcm: Pcm) -> float | None:
    """Estimate how far speech stands above the noise, from 0 to 96 dB.

    The noise is the power that a tenth of the 20 ms frames stay below, which takes pauses for
    granted; the speech is the mean of those nearer to the loud frames than to the noise. Frames of
    nothing but zeros are no noise but an edit, and are not counted.
    """
    power = frame_power(pcm)
    heard = power[power > 0]
    if len(heard) < _LEAST_FRAMES:
        return None
    noise, loud = np.percentile(heard, (_NOISE_PERCENTILE, _LOUD_PERCENTILE))
    speech = _mean_from(heard, float(np.sqrt(noise * loud)))
    if speech <= noise:
        return 0.0
    return float(np.clip(10 * np.log10(speech / noise - 1), 0.0, _CLEANEST_DB))


def _mean_from(power: NDArray[np.float64], least: float) -> float:
    return float(power[power >= least].mean())


def _clipping(samples: Samples) -> tuple[int, int]:
    """Return how many runs of samples at full scale there are, and how many samples in them.

    A run has three samples at least: a peak may touch full scale for one without being cut.
    """
    full = np.abs(samples) >= _FULL_SCALE
    edges = np.flatnonzero(np.diff(full, prepend=False, append=False))
    lengths = edges[1::2] - edges[::2]
    runs = lengths[lengths >= _SHORTEST_RUN]
    return len(runs), int(runs.sum())


def _found(
    rate_hz: int, lufs: float | None, noise: float | None, places: int, share: float
) -> Iterator[str]:
    if noise is not None and noise < _NOISY_DB:
        yield (
            f"The clip's speech stands only about {noise:.0f} dB above its noise; record it in a"
            " quieter room, or send denoise."
        )
    if share > _MUCH_CLIPPED:
        yield f"The clip is cut off at full scale in {places} places; record it at a lower level."
    if lufs is not None and lufs < _QUIET_LUFS:
        yield f"The clip is quiet ({lufs:.0f} LUFS); record it closer to the microphone."
    if rate_hz < _DULL_HZ:
        yield f"The clip has {rate_hz} samples a second; {_DULL_HZ} or more copy a voice better."
