"""A recording to clone from, made on the spot."""

import io
import wave

import numpy as np


def speech(seconds: float = 4.0, pitch_hz: float = 200.0, silence_s: float = 0.0) -> bytes:
    """A recording of something voiced, with silence before and behind it."""
    time = np.arange(round(24_000 * seconds)) / 24_000
    voiced = sum(np.sin(2 * np.pi * pitch_hz * n * time) / n for n in range(1, 12))
    swelling = voiced * (0.15 + 0.1 * np.sin(2 * np.pi * 4 * time))
    silence = np.zeros(round(24_000 * silence_s))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(24_000)
        out.writeframes(
            np.concatenate([silence, swelling * 20_000, silence]).astype("<i2").tobytes()
        )
    return file.getvalue()
