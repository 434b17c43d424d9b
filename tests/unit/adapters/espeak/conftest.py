"""An open engine and an open library, and how to hear them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest

from adapters.espeak.data import VoiceData
from adapters.espeak.engine import EspeakEngine
from adapters.espeak.languages import installed_voices, language_table
from adapters.espeak.library import Espeak
from adapters.espeak.stage import Stage
from adapters.espeak.variants import read_variants
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

    @property
    def stage(self) -> Stage:
        assert self.engine._turns is not None
        return self.engine._turns._stage

    @property
    def pid(self) -> int:
        assert self.stage._process is not None
        return self.stage._process._popen.pid


def is_gone(pid: int) -> bool:
    """Whether a process has ended, be it that nobody has asked yet how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def folders(tmp: Path) -> list[Path]:
    return list(tmp.glob("rhapsode-*"))


async def until(true: Callable[[], object], within_s: float = 30.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - another process is watched
            await asyncio.sleep(0.002)


@pytest.fixture(scope="module")
def booth() -> Iterator[Booth]:
    """Opened and closed in loops of its own: an engine belongs to none."""
    engine = EspeakEngine()
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, engine.__aenter__()).result()
        yield Booth(engine)
        elsewhere.submit(asyncio.run, engine.__aexit__(None, None, None)).result()


@pytest.fixture(scope="session")
def installed() -> Path:
    return Path(espeakng_loader.get_data_path())


@pytest.fixture(scope="session")
def data(installed: Path) -> Iterator[VoiceData]:
    data = VoiceData(installed, read_variants(installed / "voices" / "!v"))
    data.link()
    data.write_registers()
    yield data
    data.remove()


@pytest.fixture(scope="session")
def espeak(data: VoiceData) -> Iterator[Espeak]:
    espeak = Espeak.open(Path(espeakng_loader.get_library_path()), data.path)
    yield espeak
    espeak.close()


@pytest.fixture(scope="session")
def voices(installed: Path) -> Mapping[str, str]:
    return language_table(installed_voices(installed))


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
