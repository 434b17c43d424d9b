"""Recordings of every kind, made by the real ffmpeg."""

import subprocess
from pathlib import Path

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe

from domain.audio import Pcm, Samples

FFMPEG: str = get_ffmpeg_exe()


def tone(seconds: float, rate_hz: int, hz: float = 440.0, peak: float = 0.5) -> Pcm:
    moments = np.arange(round(seconds * rate_hz)) / rate_hz
    return Pcm((peak * np.sin(2 * np.pi * hz * moments)).astype(np.float32), rate_hz)


def recorded(folder: Path, name: str, pcm: Pcm, *options: str, channels: int = 1) -> bytes:
    """Write the sound (interleaved, if it has channels) as ffmpeg writes it and read the file."""
    source = ["-f", "f32le", "-ar", f"{pcm.rate_hz}", "-ac", f"{channels}", "-i", "pipe:0"]
    raw = pcm.samples.astype("<f4").tobytes()
    return made(folder / name, *source, *options, given=raw)


def made(path: Path, *options: str, given: bytes = b"") -> bytes:
    command = [FFMPEG, "-v", "error", "-y", *options, str(path)]
    subprocess.run(command, input=given, check=True, timeout=30)
    return path.read_bytes()


def stereo(left: Samples, right: Samples) -> Samples:
    return np.stack((left, right), axis=1).reshape(-1)


def loudest_hz(pcm: Pcm) -> float:
    spectrum = np.abs(np.fft.rfft(pcm.samples * np.hanning(len(pcm.samples))))
    return float(np.argmax(spectrum)) * pcm.rate_hz / len(pcm.samples)


def level(pcm: Pcm) -> float:
    """The peak of a tone, measured by its power away from the edges."""
    inner = pcm.samples[len(pcm.samples) // 4 : -len(pcm.samples) // 4]
    return float(np.sqrt(2 * np.mean(np.square(inner, dtype=np.float64))))
