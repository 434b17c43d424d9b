"""An open engine and an open library, and how to hear them."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from adapters.espeak import library
from adapters.espeak.engine import EspeakEngine
from adapters.espeak.languages import language_table
from adapters.espeak.library import Espeak
from domain.audio import Samples
from domain.ports import Pronunciation, SpokenLine, Word
from domain.voice import Timbre


@dataclass
class Sound:
    samples: Samples
    words: list[Word]
    text: str

    @property
    def spoken(self) -> list[str]:
        return [self.text[word.char : word.char_end] for word in self.words]


@dataclass
class Booth:
    """Speaks into memory."""

    engine: EspeakEngine

    def line(
        self,
        text: str,
        language: str = "en",
        speaker: str = "espeak",
        timbre: Timbre | None = None,
        **dials: float,
    ) -> SpokenLine:
        known = timbre or self.engine.card.speakers[speaker]
        line = SpokenLine("s", 0, text, language, known)
        return replace(line, **dials)  # type: ignore[arg-type]

    async def hear(self, line: SpokenLine, *pronunciations: Pronunciation) -> Sound:
        spoken = replace(line, pronunciations=pronunciations)
        async with self.engine.speak(spoken) as chunks:
            taken = [chunk async for chunk in chunks]
        samples = np.concatenate([chunk.samples for chunk in taken])
        return Sound(samples, [word for chunk in taken for word in chunk.words], line.text)


@pytest.fixture
async def booth(espeak: Espeak) -> AsyncIterator[Booth]:  # noqa: ARG001 - keeps it open
    async with EspeakEngine() as engine:
        yield Booth(engine)


@pytest.fixture(scope="module")
def espeak() -> Iterator[Espeak]:
    yield library.acquire()
    library.release()


@pytest.fixture(scope="module")
def voices(espeak: Espeak) -> Mapping[str, str]:
    return language_table(espeak.voices)


@pytest.fixture
def median_hz() -> Callable[[Samples, int], float]:
    return harmonic_median_hz


def harmonic_median_hz(samples: Samples, rate_hz: int) -> float:
    """Median pitch by the weight of harmonics: shares nothing with the engine's own ear."""
    size, bins = int(0.064 * rate_hz), 1 << 14
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[:: rate_hz // 100]
    loud = np.sqrt(np.square(frames).mean(axis=1))
    frames = frames[loud > np.percentile(loud, 95) * 0.25]
    spectra = np.sqrt(np.abs(np.fft.rfft(frames * np.hanning(size), bins)))
    pitches = 55 * 2 ** (np.arange(3.05 * 96) / 96)
    weights = np.zeros((len(frames), len(pitches)))
    for harmonic in range(1, 11):
        at = np.rint(pitches * harmonic / rate_hz * bins).astype(int)
        weights += 0.85 ** (harmonic - 1) * spectra[:, np.minimum(at, spectra.shape[1] - 1)]
    return float(np.median(pitches[weights.argmax(axis=1)]))
