"""Sounds to measure, and an independent ear: ffmpeg's ebur128."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import imageio_ffmpeg
import numpy as np

from domain.audio import Samples


def tone(hz: float, seconds: float, rate_hz: int, level: float = 1.0, turn: float = 0.0) -> Samples:
    moments = np.arange(round(seconds * rate_hz)) / rate_hz
    return (level * np.sin(2 * np.pi * hz * moments + turn)).astype(np.float32)


def noise(seconds: float, rate_hz: int, level: float = 1.0, seed: int = 5) -> Samples:
    count = round(seconds * rate_hz)
    return (level * np.random.default_rng(seed).uniform(-1, 1, count)).astype(np.float32)


@lru_cache(maxsize=32)
def speech(seconds: float, rate_hz: int, level: float = 0.1, seed: int = 5) -> Samples:
    """Make what moves as speech does: a wavering voice in syllables, with pauses."""
    rng = np.random.default_rng(seed)
    count = round(seconds * rate_hz)
    moments = np.arange(count) / rate_hz
    pitch = 120 * (1 + 0.15 * np.sin(2 * np.pi * 0.7 * moments + rng.uniform(0, 6)))
    turns = 2 * np.pi * np.cumsum(pitch) / rate_hz
    highest = int(min(0.4 * rate_hz, 3_000) / 140)
    voice = sum(np.cos(at * turns + at * at) / at for at in range(1, highest + 1))
    syllables = np.clip(np.sin(2 * np.pi * 4 * moments + rng.uniform(0, 6)) + 0.6, 0, None)
    phrases = np.clip(8 * np.sin(2 * np.pi * 0.3 * moments + 0.5) + 6, 0, 1)
    breath = rng.normal(0, 0.05, count)
    made = (voice + breath) * syllables * phrases
    spoken: Samples = (level * made / np.sqrt(np.mean(made**2))).astype(np.float32)
    spoken.setflags(write=False)
    return spoken


def cut(samples: Samples, rng: np.random.Generator, longest: int) -> Iterator[Samples]:
    """Yield the sound in chunks of any length, none among them."""
    at = 0
    while at < len(samples):
        count = int(rng.integers(0, longest + 1))
        yield samples[at : at + count].copy()
        at += count


@dataclass(frozen=True)
class Heard:
    lufs: float
    peak_dbtp: float


def ffmpeg_hears(samples: Samples, rate_hz: int) -> Heard:
    """Measure with a tool that is not ours."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner"]
    command += ["-f", "f32le", "-ar", str(rate_hz), "-ac", "1", "-i", "pipe:0"]
    command += ["-af", "ebur128=peak=true", "-f", "null", "-"]
    given = samples.astype("<f4").tobytes()
    done = subprocess.run(command, input=given, capture_output=True, check=True)
    summary = done.stderr.decode().rpartition("Summary:")[2]
    lufs, peak = (re.search(rf"{name}:\s+(\S+) ", summary) for name in ("I", "Peak"))
    assert lufs
    assert peak
    return Heard(float(lufs[1]), float(peak[1]))
