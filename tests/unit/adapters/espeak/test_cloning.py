from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from adapters.espeak.ear import listen
from domain.audio import Pcm, Samples
from domain.voice import Timbre
from tests.unit.adapters.espeak.conftest import Booth
from tests.unit.adapters.espeak.sentences import SENTENCES

Median = Callable[[Samples, int], float]

RATE_HZ = 22_050
FORMANTS = ((600, 90), (1200, 120), (2500, 180))


def glottal(hz: float, seconds: float, rate_hz: int, syllables: float = 4) -> Samples:
    """A buzz that rises and falls a little, through three formants, in even syllables."""
    times = np.arange(int(seconds * rate_hz)) / rate_hz
    pitch = hz * (1 + 0.06 * np.sin(2 * np.pi * 1.3 * times))
    phase = 2 * np.pi * np.cumsum(pitch) / rate_hz
    buzz = sum(np.where(n * pitch < rate_hz / 2, np.sin(n * phase) / n, 0) for n in range(1, 30))
    heights = np.fft.rfftfreq(len(times), 1 / rate_hz)
    throat = 0.02 + sum(1 / (1 + ((heights - f) / width) ** 2) for f, width in FORMANTS)
    voice = np.fft.irfft(np.fft.rfft(buzz) * throat, len(times))
    voice *= np.clip(np.sin(np.pi * syllables * times), 0.02, 1)
    scaled: Samples = (0.5 * voice / np.abs(voice).max()).astype(np.float32)
    return scaled


def pitch_and_pace(timbre: Timbre) -> tuple[float, float]:
    median_hz, pace = timbre.arrays["speaker_embedding"][3:5]
    return float(median_hz), float(pace)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
@pytest.mark.parametrize("hz", [80, 100, 130, 165, 210, 255, 300])
async def test_a_voice_of_known_pitch_is_spoken_at_that_pitch(
    booth: Booth, median_hz: Median, hz: float, rate_hz: int
) -> None:
    timbre = await booth.engine.condition([Pcm(glottal(hz, 4, rate_hz), rate_hz)])
    assert pitch_and_pace(timbre)[0] == pytest.approx(hz, rel=0.02)
    sound = await booth.hear(booth.line(SENTENCES["en"], timbre=timbre))
    assert median_hz(sound.samples, RATE_HZ) == pytest.approx(hz, rel=0.05)


async def test_espeak_cloned_from_itself_keeps_its_pitch(booth: Booth, median_hz: Median) -> None:
    for speaker, pitch, rate in product(("espeak", "f2", "m3", "steph"), (0.85, 1.2), (0.7, 1.4)):
        clip = await booth.hear(
            booth.line(SENTENCES["en"], speaker=speaker, pitch=pitch, rate=rate)
        )
        timbre = await booth.engine.condition([Pcm(clip.samples, RATE_HZ)])
        sound = await booth.hear(booth.line(SENTENCES["en"], timbre=timbre))
        wanted = median_hz(clip.samples, RATE_HZ)
        heard = median_hz(sound.samples, RATE_HZ)
        assert heard == pytest.approx(wanted, rel=0.05), (speaker, pitch, rate)


@pytest.mark.parametrize("language", ["es", "de", "ru", "zh-cn", "ja", "ko"])
async def test_a_clone_keeps_its_pitch_in_other_languages(
    booth: Booth, median_hz: Median, language: str
) -> None:
    timbre = await booth.engine.condition([Pcm(glottal(140, 4, 16_000), 16_000)])
    sound = await booth.hear(booth.line(SENTENCES[language], language, timbre=timbre))
    assert median_hz(sound.samples, RATE_HZ) == pytest.approx(140, rel=0.05)


async def test_a_faster_speaker_makes_a_faster_clone(booth: Booth) -> None:
    text = f"{SENTENCES['en']} Please bring the large green umbrella, because it may well rain."
    paces = []
    for rate in (0.6, 1.0, 1.5):
        clip = await booth.hear(booth.line(text, rate=rate))
        paces.append(pitch_and_pace(await booth.engine.condition([Pcm(clip.samples, RATE_HZ)]))[1])
    assert paces[0] < 0.8
    assert paces[1] == pytest.approx(1.0, abs=0.15)
    assert paces[2] > 1.2


async def test_pace_and_rate_multiply(booth: Booth) -> None:
    own = len((await booth.hear(booth.line(SENTENCES["en"]))).samples)
    timbre = await booth.engine.condition([Pcm(glottal(120, 6, 16_000, syllables=6), 16_000)])
    pace = pitch_and_pace(timbre)[1]
    sound = await booth.hear(booth.line(SENTENCES["en"], timbre=timbre, rate=0.9))
    assert own / len(sound.samples) == pytest.approx(pace * 0.9, rel=0.05)


async def test_clips_are_heard_as_one_speaker(booth: Booth) -> None:
    clips = [Pcm(glottal(150, 2, rate), rate) for rate in (16_000, 48_000)]
    assert pitch_and_pace(await booth.engine.condition(clips))[0] == pytest.approx(150, rel=0.02)


async def test_what_is_never_voiced_gives_the_own_voice_and_no_error(booth: Booth) -> None:
    noise = np.random.default_rng(1).standard_normal(5 * RATE_HZ).astype(np.float32) * 0.1
    silence, click = np.zeros(RATE_HZ, np.float32), np.eye(1, RATE_HZ, dtype=np.float32)[0]
    for samples in (noise, silence, click, np.zeros(10, np.float32)):
        timbre = await booth.engine.condition([Pcm(samples, RATE_HZ)])
        assert timbre.sha256 == booth.engine.card.speakers["espeak"].sha256


def test_noise_around_the_voice_does_not_change_its_pitch() -> None:
    voice = glottal(110, 4, 16_000)
    noise = np.random.default_rng(2).standard_normal(len(voice)).astype(np.float32)
    hiss = np.sqrt(np.square(voice).mean()) * 10 ** (-10 / 20)
    assert listen([Pcm(voice + hiss * noise, 16_000)]).median_hz == pytest.approx(110, rel=0.02)


def test_the_first_harmonic_may_be_missing_as_on_the_telephone() -> None:
    voice = glottal(120, 4, 16_000)
    spectrum = np.fft.rfft(voice)
    spectrum[np.fft.rfftfreq(len(voice), 1 / 16_000) < 300] = 0
    narrow = np.fft.irfft(spectrum, len(voice)).astype(np.float32)
    assert listen([Pcm(narrow, 16_000)]).median_hz == pytest.approx(120, rel=0.02)


def test_a_voice_whose_cycles_alternate_is_not_heard_an_octave_too_low() -> None:
    pulses = np.zeros(4 * 16_000, np.float32)
    pulses[::100] = 1.0
    pulses[::200] = 0.75
    ringing = np.exp(-np.arange(120) / 20) * np.sin(np.arange(120) * 0.25)
    voice = np.convolve(pulses, ringing, "same").astype(np.float32)
    assert listen([Pcm(voice, 16_000)]).median_hz == pytest.approx(160, rel=0.02)
