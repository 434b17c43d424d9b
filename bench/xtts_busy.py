"""What a busy server costs XTTS: the pace of the model while the loop has much else to do.

`python -m bench.xtts_busy [--model DIR] [--precision int8]`; steps are taken in a process of their
own and a whole line is spoken by the engine, with an idle loop and with one that is busy half of
the time, in turns.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import torch

from adapters.memory.events import MemoryEvents
from adapters.xtts.engine import XttsEngine
from adapters.xtts.messages import Setup
from adapters.xtts.model.opening import Model, open_model
from bench.serving import machine
from bench.xtts import TEXT, full_model, step_ms
from domain.ports import EngineCard, SpokenLine
from domain.speech import SpeechSettings

_SLICE_S = 0.005
_AUDIO_S = 4.0
_SETTINGS = SpeechSettings(seed=1)


async def main() -> None:
    """Print the table."""
    options = _options()
    print(f"{machine()}\n\n| what | loop idle | loop busy half of the time | slower |")
    print("| --- | --- | --- | --- |")
    with full_model(options.model) as files:
        setup = Setup(files, precision=options.precision, threads=options.threads, guards=False)
        await _steps(setup, options.runs)
        await _lines(setup, options.runs)


async def _steps(setup: Setup, runs: int) -> None:
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(1, get_context("spawn"), _open, (setup,)) as child:

        async def measured() -> float:
            return await loop.run_in_executor(child, _step_ms)

        await measured()
        await _compare("a step, ms", measured, runs)


async def _lines(setup: Setup, runs: int) -> None:
    async with XttsEngine(setup, bus=MemoryEvents()) as engine:

        async def measured() -> float:
            return await _spoken_s(engine)

        await measured()
        await _compare(f"{_AUDIO_S:.0f} s of sound, s", measured, runs)


async def _compare(what: str, measure: Callable[[], Awaitable[float]], runs: int) -> None:
    pairs = []
    for _ in range(runs):
        idle = await measure()
        async with asyncio.TaskGroup() as group:
            work = group.create_task(_work())
            pairs.append((idle, await measure()))
            work.cancel()
    idle, busy = (median(column) for column in zip(*pairs, strict=True))
    print(f"| {what} | {idle:.2f} | {busy:.2f} | {busy / idle - 1:+.1%} |", flush=True)


_child: Model
"""In the process that takes the steps."""


def _open(setup: Setup) -> None:
    global _child  # noqa: PLW0603 - a process of a pool keeps what it was started with
    with torch.inference_mode():
        _child = open_model(setup)
    _child.runner.longest_audio = round(_AUDIO_S * _child.card.rate_hz / 1024)


def _step_ms() -> float:
    with torch.inference_mode():
        return step_ms(_child, _line(_child.card))


def _line(card: EngineCard) -> SpokenLine:
    voice = card.speakers[card.default_speaker]
    return SpokenLine("b", 0, TEXT, "en", voice, settings=_SETTINGS)


async def _spoken_s(engine: XttsEngine) -> float:
    """Time a line up to `_AUDIO_S`, taken as fast as it comes."""
    async with engine.speak(_line(engine.card)) as chunks:
        began, heard = time.perf_counter(), 0
        async for chunk in chunks:
            heard += len(chunk.samples)
            if heard >= _AUDIO_S * engine.card.rate_hz:
                break
        return time.perf_counter() - began


async def _work() -> None:
    """Keep the loop busy half of the time, in slices such as requests make."""
    while True:
        until = time.perf_counter() + _SLICE_S / 2
        while time.perf_counter() < until:
            pass
        await asyncio.sleep(_SLICE_S / 2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="a checkpoint that never stops by itself")
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--threads", type=int, help="of the model; all cores when left out")
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
