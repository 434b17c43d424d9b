"""What a busy server costs XTTS: the pace of one line while the loop has much else to do.

`python -m bench.xtts_busy [--model DIR] [--precision int8]`; a line is spoken with an idle loop and
with one that is busy half of the time, in turns.
"""

import argparse
import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from adapters.memory.events import MemoryEvents
from adapters.xtts.engine import XttsEngine
from adapters.xtts.messages import Setup
from bench.serving import machine
from bench.xtts import TEXT, full_model
from domain.ports import SpokenLine
from domain.speech import SpeechSettings

_SLICE_S = 0.005
_AUDIO_S = 4.0
_SETTINGS = SpeechSettings(seed=1)


async def main() -> None:
    """Print the table."""
    options = _options()
    print(f"{machine()}\n\n| loop busy | seconds for {_AUDIO_S:.0f} s of sound | slower |")
    print("| --- | --- | --- |")
    with full_model(options.model) as files:
        setup = Setup(files, precision=options.precision, threads=options.threads, guards=False)
        async with XttsEngine(setup, bus=MemoryEvents()) as engine:
            await _spoken_s(engine, 0.0)
            pairs = [
                (await _spoken_s(engine, 0.0), await _spoken_s(engine, 0.5))
                for _ in range(options.runs)
            ]
    idle, busy = (median(column) for column in zip(*pairs, strict=True))
    print(f"| 0 % | {idle:.2f} | |\n| 50 % | {busy:.2f} | {busy / idle - 1:+.1%} |")


async def _spoken_s(engine: XttsEngine, share: float) -> float:
    """Time a line up to `_AUDIO_S`, taken as fast as it comes."""
    card = engine.card
    line = SpokenLine("b", 0, TEXT, "en", card.speakers[card.default_speaker], settings=_SETTINGS)
    async with AsyncExitStack() as stack:
        if share:
            work = asyncio.ensure_future(_work(share))
            stack.callback(work.cancel)
        chunks = await stack.enter_async_context(engine.speak(line))
        began, heard = time.perf_counter(), 0
        async for chunk in chunks:
            heard += len(chunk.samples)
            if heard >= _AUDIO_S * card.rate_hz:
                break
        return time.perf_counter() - began


async def _work(share: float) -> None:
    """Keep the loop busy for its share of the time, in slices such as requests make."""
    while True:
        until = time.perf_counter() + _SLICE_S * share
        while time.perf_counter() < until:
            pass
        await asyncio.sleep(_SLICE_S * (1 - share))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="a checkpoint that never stops by itself")
    parser.add_argument("--precision", default="int8")
    parser.add_argument("--threads", type=int, help="of the model; all cores when left out")
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
