"""What the finishing of the sound adds to first audio, format by format.

`python -m bench.finishing [--runs 40] [--pause-ms 110]`: the embedded engine as it is, and again as
if it took as long over its first sound as XTTS does. For each stream: the time from the engine's
first chunk with sound to the first bytes that carry it, headers and tags not counted, through
loudness, limiter, resampling and encoder. Streams come one at a time, each with words of its own.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from application.delivering import Delivery
from bench.listening import percentile
from bench.serving import machine
from domain.formats import format_named
from domain.loudness import Target
from domain.ports import Chunk, SpokenLine
from domain.speech import Finish, SpeechRequest
from entrypoints.container import Container, entered
from entrypoints.settings import Settings

_FORMATS = ("pcm_24000", "wav_24000", "pcm_44100", "ulaw_8000", "mp3_24000_48", "mp3_44100_128")
_ENCODED = ("opus_48000_64", "aac", "flac")
_TEXT = "Number {} of the long trains that leave the old station every day is late again."


class _Watched:
    """The engine, and when it handed out its first sound; before that it may be made to wait."""

    def __init__(self, engine: Any, pause_s: float) -> None:
        self._engine = engine
        self._pause_s = pause_s
        self.first_s = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    @asynccontextmanager
    async def speak(self, line: SpokenLine) -> AsyncIterator[AsyncIterator[Chunk]]:
        spoken: AbstractAsyncContextManager[AsyncIterator[Chunk]] = self._engine.speak(line)
        async with spoken as sound:
            yield self._watch(sound)

    async def _watch(self, sound: AsyncIterator[Chunk]) -> AsyncIterator[Chunk]:
        await asyncio.sleep(self._pause_s)
        self.first_s = 0.0
        async for chunk in sound:
            self.first_s = self.first_s or (time.perf_counter() if len(chunk.samples) else 0.0)
            yield chunk


async def _added_ms(delivery: Delivery, engine: _Watched, name: str) -> float:
    async with delivery, asyncio.TaskGroup() as tasks:
        encoding = tasks.create_task(delivery.encode())
        heard = bytearray()
        while not _carries_sound(heard, name):
            heard += await delivery.read()
        took_s = time.perf_counter() - engine.first_s
        encoding.cancel()
    return 1000 * took_s


def _carries_sound(data: bytearray, name: str) -> bool:
    """Whether there is more than the header, or the tags in front."""
    if name.startswith("wav"):
        return len(data) > 44
    if name.startswith("opus"):
        return data.count(b"OggS") > 2
    if data.startswith(b"ID3"):
        size = sum((byte & 0x7F) << 7 * (3 - at) for at, byte in enumerate(data[6:10]))
        return len(data) > 10 + size
    return len(data) > (9000 if name.startswith("flac") else 0)


async def _measure(pause_s: float, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), engine="espeak", audio_cache="off")
        container = Container(settings=settings)
        async with entered(container):
            engine = _Watched(container.engine(), pause_s)
            container.engine.override(engine)
            for name in (*_FORMATS, *_ENCODED):
                taken = [await _once(container, engine, name, run) for run in range(runs + 3)][3:]
                p50, p95 = percentile(taken, 0.5), percentile(taken, 0.95)
                print(f"| {name} | {pause_s * 1000:.0f} | {p50:.1f} | {p95:.1f} |")


async def _once(container: Container, engine: _Watched, name: str, run: int) -> float:
    finish = Finish(to=format_named(name), target=Target(-16.0))
    request = SpeechRequest(_TEXT.format(run), finish=finish)
    delivery = await container.delivering().begin(replace(request, language="en"))
    return await _added_ms(delivery, engine, name)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--pause-ms", type=float, default=110.0)
    chosen = parser.parse_args()
    print(f"{machine()}\n")
    print("| format | engine's first sound after ms | added p50 ms | p95 ms |")
    print("| --- | --- | --- | --- |")
    for pause_s in (0.0, chosen.pause_ms / 1000):
        asyncio.run(_measure(pause_s, chosen.runs))


if __name__ == "__main__":
    main()
