"""What cleaning takes away, and what it leaves alone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.espeak.engine import EspeakEngine
from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Pcm, Samples, join, silence
from domain.errors import StudioBusyError
from domain.ports import SpokenLine
from tests.unit.adapters.ffmpeg.processes import script
from tests.unit.adapters.ffmpeg.recordings import babble

Noise = Callable[[Pcm, float], Samples]

TEXT = "Three small boats were waiting for the morning tide, and nobody on the quay had slept."
BREATH_S = 0.3


@pytest.fixture
async def speech() -> Pcm:
    async with EspeakEngine() as engine:
        card = engine.card
        line = SpokenLine("s", 0, TEXT, "en", card.speakers[card.default_speaker])
        async with engine.speak(line) as chunks:
            parts = [chunk.samples async for chunk in chunks]
        breath = silence(BREATH_S, card.rate_hz)
        return Pcm(join(breath, *parts, breath), card.rate_hz)


def level_db(sound: NDArray[np.floating]) -> float:
    return float(10 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-20))


def hiss(pcm: Pcm, snr_db: float) -> Samples:
    return scaled(np.random.default_rng(2).standard_normal(len(pcm.samples)), pcm, snr_db)


def hum(pcm: Pcm, snr_db: float) -> Samples:
    moments = np.arange(len(pcm.samples)) / pcm.rate_hz
    tones = [np.sin(2 * np.pi * hz * moments) / (n + 1) for n, hz in enumerate((50, 100, 150, 250))]
    return scaled(np.sum(tones, axis=0), pcm, snr_db)


def scaled(noise: NDArray[np.floating], pcm: Pcm, snr_db: float) -> Samples:
    gain_db = level_db(pcm.samples) - snr_db - level_db(noise)
    return (noise * 10 ** (gain_db / 20)).astype(np.float32)


@pytest.mark.parametrize(
    ("noise", "snr_db", "better_db"),
    [(hiss, 10, 4.0), (hiss, 20, 2.5), (hiss, 30, 1.0), (hum, 10, 3.0), (hum, 20, 0.0)],
)
async def test_noise_is_taken_out_of_speech_and_out_of_its_pauses(
    noise: Noise, snr_db: float, better_db: float, speech: Pcm, studio: FfmpegStudio
) -> None:
    added = noise(speech, snr_db)
    made = await studio.clean(Pcm(speech.samples + added, speech.rate_hz))
    left = made.samples - speech.samples
    assert level_db(speech.samples) - level_db(left) >= snr_db + better_db
    pause = slice(-round(0.8 * BREATH_S * speech.rate_hz), None)
    assert level_db(made.samples[pause]) < level_db(added[pause]) - 6


async def test_clean_speech_is_left_as_it_was(speech: Pcm, studio: FfmpegStudio) -> None:
    made = await studio.clean(speech)
    assert level_db(made.samples - speech.samples) < level_db(speech.samples) - 60


async def test_fluent_speech_without_a_pause_is_hardly_touched(
    speech: Pcm, studio: FfmpegStudio
) -> None:
    first, last = round(0.55 * speech.rate_hz), round(2.5 * speech.rate_hz)
    pcm = Pcm(speech.samples[first:last], speech.rate_hz)
    made = await studio.clean(pcm)
    assert level_db(made.samples - pcm.samples) < level_db(pcm.samples) - 28


@pytest.mark.parametrize("ending", ["exit 0", "exit 1", "kill -9 $$"])
async def test_a_failing_ffmpeg_is_not_the_callers_fault(tmp_path: Path, ending: str) -> None:
    async with FfmpegStudio(script(tmp_path, ending)) as studio:
        with pytest.raises(StudioBusyError):
            await studio.clean(babble(1.0, 24_000))
