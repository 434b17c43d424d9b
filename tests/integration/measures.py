"""What other tools than ours find in a sound: pitch, loudness, silence."""

import io
import re
import subprocess

import imageio_ffmpeg
import librosa
import numpy as np
import pyloudnorm
import soundfile
from numpy.typing import NDArray

Sound = NDArray[np.float64]
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def read(data: bytes) -> tuple[Sound, int]:
    samples, rate_hz = soundfile.read(io.BytesIO(data))
    return samples, rate_hz


def decoded(data: bytes, rate_hz: int, *given: str) -> Sound:
    """Whatever ffmpeg makes of a file, at a rate."""
    command = [FFMPEG, "-v", "error", *given, "-i", "pipe:0", "-ar", str(rate_hz), "-ac", "1"]
    done = subprocess.run(
        [*command, "-f", "f32le", "pipe:1"], input=data, capture_output=True, check=True
    )
    assert done.stderr == b""
    return np.frombuffer(done.stdout, dtype=np.float32).astype(np.float64)


def pitch_hz(samples: Sound, rate_hz: int) -> float:
    """The median pitch of what is voiced."""
    found, voiced, _ = librosa.pyin(samples, fmin=50, fmax=600, sr=rate_hz, frame_length=2048)
    return float(np.median(found[voiced]))


def level_db(samples: Sound) -> float:
    return float(10 * np.log10(np.mean(samples**2)))


def lufs(samples: Sound, rate_hz: int) -> float:
    return float(pyloudnorm.Meter(rate_hz).integrated_loudness(samples))


def ebur128(samples: Sound, rate_hz: int) -> tuple[float, float]:
    """Integrated loudness and true peak, as ffmpeg measures them."""
    command = [FFMPEG, "-hide_banner", "-nostats", "-f", "f32le", "-ar", str(rate_hz), "-ac", "1"]
    command += ["-i", "pipe:0", "-af", "ebur128=peak=true", "-f", "null", "-"]
    given = samples.astype("<f4").tobytes()
    done = subprocess.run(command, input=given, capture_output=True, check=True)
    summary = done.stderr.decode().rpartition("Summary:")[2]
    integrated = re.search(r"I:\s+(-?[\d.]+) LUFS", summary)
    peak = re.search(r"Peak:\s+(-?[\d.]+|-inf) dBFS", summary)
    assert integrated is not None
    assert peak is not None
    return float(integrated[1]), float(peak[1])


def silences_s(samples: Sound, rate_hz: int, longer_than_s: float) -> list[float]:
    """How long each stretch of digital silence lasts."""
    quiet = np.concatenate(([False], np.abs(samples) < 1e-4, [False]))
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
    lengths = (edges[1::2] - edges[::2]) / rate_hz
    return [float(length) for length in lengths if length > longer_than_s]
