"""Recordings of every kind, made by the real ffmpeg."""

import subprocess
from pathlib import Path
from tempfile import TemporaryFile

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


def played(data: bytes, rate_hz: int, *known: str) -> Pcm:
    """Decode a file as a plain player does, everything there is."""
    raw = _asked(data, *known, "-i", "fd:", "-f", "f32le", "-ar", str(rate_hz), "pipe:1")
    return Pcm(np.frombuffer(raw, dtype="<f4"), rate_hz)


def told(data: bytes) -> str:
    """Read what a container says of itself; Ogg says it of the stream in it."""
    place = "0:s:0" if data.startswith(b"OggS") else "0"
    return _asked(data, "-i", "fd:", "-map_metadata", place, "-f", "ffmetadata", "pipe:1").decode()


def _asked(data: bytes, *options: str) -> bytes:
    with TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        command = [FFMPEG, "-v", "error", "-fd", "0", *options]
        done = subprocess.run(command, stdin=file, check=True, timeout=30, capture_output=True)
    return done.stdout


def babble(seconds: float, rate_hz: int) -> Pcm:
    """Noise of speech's colour and movement, that no stretch of another place resembles."""
    dice = np.random.default_rng(1)
    count = round(seconds * rate_hz)
    spectrum = np.fft.rfft(dice.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / rate_hz)
    colour = (hz / 300) ** 2 / (1 + (hz / 300) ** 4)
    coloured = np.fft.irfft(spectrum * colour, count)
    moments = np.arange(count) / rate_hz
    knots = np.arange(0, seconds + 1, 0.06)
    moved = coloured * np.interp(moments, knots, dice.uniform(size=len(knots)))
    return Pcm((0.5 * moved / np.abs(moved).max()).astype(np.float32), rate_hz)


def stereo(left: Samples, right: Samples) -> Samples:
    return np.stack((left, right), axis=1).reshape(-1)


def loudest_hz(pcm: Pcm) -> float:
    spectrum = np.abs(np.fft.rfft(pcm.samples * np.hanning(len(pcm.samples))))
    return float(np.argmax(spectrum)) * pcm.rate_hz / len(pcm.samples)


def level(pcm: Pcm) -> float:
    """The peak of a tone, measured by its power away from the edges."""
    inner = pcm.samples[len(pcm.samples) // 4 : -len(pcm.samples) // 4]
    return float(np.sqrt(2 * np.mean(np.square(inner, dtype=np.float64))))
