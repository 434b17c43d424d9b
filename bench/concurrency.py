"""Many listeners at once: coqui's stream behind a lock, coqui's on bare threads, and our engine.

`python -m bench.concurrency [--model DIR] [--seconds 5] [--streams 1 4 8 16]
[--reference-streams 1 4 8] [--device cpu] [--precision int8] [--threads N] [--slots N]`; without a
model one of full size is built with random weights, whose cost is that of the real ones. Coqui's
ways take `--reference-streams`, none of them if it is left empty: behind a lock each stream costs
some 15 s for 5 s of sound. Each of coqui's runs has a process of its own, which has ended before
the next.

All streams arrive in one moment, from which first audio is counted; listeners take every chunk as
it comes and play it in real time from the first one on. An underrun is a moment in which all that
came has been played and the line has not ended; playback goes on with the next chunk, and the
silence of all streams stands beside their number. Coqui's lines end after as many tokens as
`--seconds` take; of ours the rest is not listened to once that much is heard, and sound of the last
chunk beyond that counts as it counts in the time it takes.

The lines differ by a word or a few, as those of real listeners do. Coqui's model keeps the text of
the latest line for all: with one text for everybody threads would seem to do no harm. It draws the
likeliest token (top_k=1), so that a line has one sound, and ours has a seed: a stream is whole if
it is long enough and has the sound that the same line has behind the lock, or alone in ours.

On a GPU, where coqui's ways are left out unless they are asked for and ours has fp16:
`python -m bench.concurrency --device cuda` takes 1, 8, 32, 64 and 128 streams.

The machine must be quiet, and the last line but the ratios says how quiet it was.
"""

import argparse
import asyncio
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread

import numpy as np
import torch

from adapters.memory.events import MemoryEvents
from adapters.xtts.engine import XttsEngine
from adapters.xtts.files import ModelFiles
from adapters.xtts.messages import Setup
from adapters.xtts.model.capacity import TOKENS_PER_S
from adapters.xtts.model.checkpoint import load
from bench.listening import percentile
from bench.serving import machine
from bench.streams import Stream
from bench.xtts import TEXT, full_model
from domain.audio import Samples
from domain.ports import SpokenLine
from domain.speech import SpeechSettings

_REFERENCE_CHUNK = 20
_TEXTS = 4
_LENGTH_TOLERANCE_S = 0.1
_SOUND_TOLERANCE = 0.01
_LOADS_WITHIN_S = 180.0
_PATIENCE_S = 60.0
_PATIENCE_RTF = 20.0

_USUAL: dict[str, dict[str, object]] = {
    "cpu": {"streams": [1, 4, 8, 16], "reference_streams": [1, 4, 8], "precision": "int8"},
    "cuda": {"streams": [1, 8, 32, 64, 128], "reference_streams": [], "precision": "fp16"},
}
"""What is run on a device when the options do not say."""

LOCK, THREADS, OURS = "coqui, a lock", "coqui, threads", "ours"


@dataclass(frozen=True, slots=True)
class Plan:
    """One of coqui's runs."""

    files: ModelFiles
    way: str
    streams: int
    seconds: float
    threads: int

    @property
    def patience_s(self) -> float:
        """After this time a stream has failed."""
        return patience_s(self.streams, self.seconds)


@dataclass(frozen=True, slots=True)
class Row:
    """One way with so many streams."""

    way: str
    streams: tuple[Stream, ...]
    faults: tuple[str, ...]
    """What is wrong with each of the streams; empty where nothing is."""

    @property
    def pace(self) -> float:
        """Seconds of sound that all made together in one second."""
        out = self._out()
        took_s = max((each.came_s[-1] for each in out), default=math.inf)
        return sum(each.heard_s for each in out) / took_s

    def first_ms(self, share: float) -> float:
        """First audio of this share of the streams that came out."""
        return percentile([each.came_s[0] * 1e3 for each in self._out()], share)

    def print(self) -> None:
        """Print the line of the table."""
        silences = [silence for each in self._out() for silence in each.silences_s()]
        print(
            f"| {len(self.streams)} | {self.way} | {self.first_ms(0.5):.0f}"
            f" | {self.first_ms(0.95):.0f} | {len(silences)} ({sum(silences):.1f} s)"
            f" | {self.faults.count('')} of {len(self.streams)} | {self.pace:.2f} |",
            flush=True,
        )

    def _out(self) -> list[Stream]:
        return [each for each in self.streams if each.came_out]


def main() -> None:
    """Print the table, what went wrong, and the ratios."""
    options = _options()
    gpu = f", {torch.cuda.get_device_name()}" if options.device == "cuda" else ""
    print(f"{machine()}{gpu}, {options.threads} threads, torch {torch.__version__};", end=" ")
    print(f"{options.seconds:g} s of sound a stream, ours in {options.precision}\n")
    print("| streams | way | first audio p50 ms | p95 ms | underruns | streams whole", end="")
    print(" | aggregate s of audio a s |\n| --- | --- | --- | --- | --- | --- | --- |", flush=True)
    with full_model(options.model) as files:
        marks = [_mark()]
        rows = _coquis(files, options)
        marks.append(_mark())
        rows += asyncio.run(_ours(files, options))
        marks.append(_mark())
    _print_faults(rows)
    theirs, ours = ((worked - then) / (now - at) for (at, then), (now, worked) in pairwise(marks))
    print(f"\nOther processes kept {theirs:.2f} cores busy beside coqui's, {ours:.2f} beside ours.")
    _print_ratios(rows)


def _mark() -> tuple[float, float]:
    """Return the time, and how much of it all cores have worked for others than us."""
    busy = Path("/proc/stat").read_text(encoding="utf-8").split(maxsplit=9)[1:9]
    idle = (3, 4)
    ticks = sum(int(each) for at, each in enumerate(busy) if at not in idle)
    return time.perf_counter(), ticks / os.sysconf("SC_CLK_TCK") - sum(os.times()[:4])


def _coquis(files: ModelFiles, options: argparse.Namespace) -> list[Row]:
    """Run coqui's two ways, the lock first: it says what a line sounds like alone."""
    rows: list[Row] = []
    alone: dict[int, list[Stream]] = {}
    for way in (LOCK, THREADS):
        for count in options.reference_streams:
            streams = _apart(Plan(files, way, count, options.seconds, options.threads))
            likeness = alone.setdefault(count, streams)
            rows.append(_row(way, streams, options.seconds, likeness))
    return rows


async def _ours(files: ModelFiles, options: argparse.Namespace) -> list[Row]:
    setup = Setup(
        files,
        device=options.device,
        precision=options.precision,
        threads=options.threads,
        slots=options.slots,
        guards=False,
    )
    async with XttsEngine(setup, bus=MemoryEvents()) as engine:
        known = [await _together(engine, 1, options.seconds, text) for text in range(_TEXTS)]
        rows = []
        for count in options.streams:
            streams = await _together(engine, count, options.seconds)
            alone = [known[number % _TEXTS][0] for number in range(count)]
            rows.append(_row(OURS, streams, options.seconds, alone))
        return rows


async def _together(engine: XttsEngine, count: int, seconds: float, first: int = 0) -> list[Stream]:
    """Let so many listeners arrive at once, and wait for the last."""
    streams = [Stream() for _ in range(count)]
    began = time.perf_counter()
    async with asyncio.TaskGroup() as listeners:
        for number, stream in enumerate(streams, start=first):
            line = _line(engine, number, patience_s(count, seconds))
            listeners.create_task(_listen(engine, line, stream, began, seconds))
    return streams


async def _listen(
    engine: XttsEngine, line: SpokenLine, stream: Stream, began: float, seconds: float
) -> None:
    try:
        async with asyncio.timeout(line.start_within_s), engine.speak(line) as chunks:
            async for chunk in chunks:
                stream.take(time.perf_counter() - began, chunk.samples)
                if stream.heard_s >= seconds:
                    break
    except Exception as error:  # noqa: BLE001 - it is a result, and the bench goes on
        stream.failure = _in_short(error)


def _line(engine: XttsEngine, number: int, within_s: float) -> SpokenLine:
    voice = engine.card.speakers[engine.card.default_speaker]
    settings = SpeechSettings(seed=number % _TEXTS)
    return SpokenLine(
        f"bench {number}", 0, _text(number), "en", voice, settings=settings, start_within_s=within_s
    )


def _text(number: int) -> str:
    words = TEXT.split()
    return " ".join(words[: len(words) - number % _TEXTS])


def patience_s(streams: int, seconds: float) -> float:
    """How long a stream may take when so many share the machine."""
    return _PATIENCE_S + _PATIENCE_RTF * streams * seconds


def _apart(plan: Plan) -> list[Stream]:
    """Do one of coqui's runs in a process of its own, which is gone afterwards."""
    context = get_context("spawn")
    near, far = context.Pipe(duplex=False)
    child = context.Process(target=_speak, args=(far, plan), daemon=True)
    child.start()
    far.close()
    try:
        if near.poll(plan.patience_s + _LOADS_WITHIN_S):
            streams: list[Stream] = near.recv()
            return streams
        return [Stream(failure="the process hung") for _ in range(plan.streams)]
    except (EOFError, OSError):
        return [Stream(failure="the process died") for _ in range(plan.streams)]
    finally:
        child.kill()
        child.join()
        near.close()


def _speak(far: Connection, plan: Plan) -> None:
    """In the process apart: load the model, warm it up, and speak to all at once."""
    torch.set_num_threads(plan.threads)
    speak = _coqui(plan)
    gate = Lock() if plan.way == LOCK else nullcontext()
    streams = [Stream() for _ in range(plan.streams)]
    began = time.perf_counter()
    threads = [
        Thread(target=_hear, args=(speak, number, stream, gate, began, plan), daemon=True)
        for number, stream in enumerate(streams)
    ]
    for thread in threads:
        thread.start()
    for thread, stream in zip(threads, streams, strict=True):
        thread.join(max(0.0, began + plan.patience_s - time.perf_counter()))
        if thread.is_alive():
            stream.failure = "it did not end in time"
    far.send(streams)


def _coqui(plan: Plan) -> Callable[[int], Iterable[torch.Tensor]]:
    """Return what speaks the line of a number, as coqui's servers do."""
    checkpoint = load(plan.files)
    model = checkpoint.model
    arrays = next(iter(checkpoint.speakers.values()))
    latent = torch.from_numpy(arrays["gpt_cond_latent"])[None]
    embedding = torch.from_numpy(arrays["speaker_embedding"])[None, :, None]

    def speak(number: int) -> Iterable[torch.Tensor]:
        stream: Iterable[torch.Tensor] = model.inference_stream(
            _text(number), "en", latent, embedding, stream_chunk_size=_REFERENCE_CHUNK, top_k=1
        )
        return stream

    model.gpt.init_gpt_for_inference()
    model.gpt.max_gen_mel_tokens = _REFERENCE_CHUNK
    list(speak(0))
    model.gpt.max_gen_mel_tokens = round(plan.seconds * TOKENS_PER_S)
    return speak


def _hear(
    speak: Callable[[int], Iterable[torch.Tensor]],
    number: int,
    stream: Stream,
    gate: AbstractContextManager[object],
    began: float,
    plan: Plan,
) -> None:
    """Listen to one stream to its end; it comes when the gate lets it."""
    try:
        with gate, torch.inference_mode():
            for chunk in speak(number):
                at_s = time.perf_counter() - began
                stream.take(at_s, chunk.numpy().copy())
                if at_s > plan.patience_s:
                    raise TimeoutError  # noqa: TRY301 - a failure among others
    except Exception as error:  # noqa: BLE001 - it is a result, and the bench goes on
        stream.failure = _in_short(error)


def _in_short(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _row(
    way: str, streams: Sequence[Stream], seconds: float, alone: Sequence[Stream] | None = None
) -> Row:
    pairs = zip(streams, alone or streams, strict=True)
    faults = tuple(_fault(stream, known, seconds) for stream, known in pairs)
    row = Row(way, tuple(streams), faults)
    row.print()
    return row


def _fault(stream: Stream, alone: Stream, seconds: float) -> str:
    """Say what is wrong with a stream, beside the same line alone; nothing if it is whole."""
    if not stream.came_out:
        return stream.failure or "no sound came"
    if stream.heard_s < seconds - _LENGTH_TOLERANCE_S:
        return "it is too short"
    if not alone.came_out:
        return "nothing is known of its sound alone"
    return _unlike(np.concatenate(stream.chunks), np.concatenate(alone.chunks))


def _unlike(sound: Samples, alone: Samples) -> str:
    """Compare as far as both were heard: the last chunk may be a longer one."""
    heard = min(len(sound), len(alone))
    far_off = bool(np.abs(sound[:heard] - alone[:heard]).max() > _SOUND_TOLERANCE)
    return "it has another sound than alone" if far_off else ""


def _print_faults(rows: Sequence[Row]) -> None:
    for row in rows:
        for fault, count in Counter(filter(None, row.faults)).items():
            print(f"\n{row.way}, {len(row.streams)} streams, {count} of them: {fault}.", end="")
    print()


def _print_ratios(rows: Sequence[Row]) -> None:
    """Print what ours makes of the lock's figures, where both have run."""
    found = {(row.way, len(row.streams)): row for row in rows}
    print("\n| streams | aggregate, ours / lock | first audio p95, ours / lock |")
    print("| --- | --- | --- |")
    for (way, count), ours in found.items():
        lock = found.get((LOCK, count))
        if way == OURS and lock is not None and lock.pace:
            later = ours.first_ms(0.95) / lock.first_ms(0.95)
            print(f"| {count} | {ours.pace / lock.pace:.1f}x | {later:.3f}x |")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, help="a checkpoint that never stops by itself")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--streams", type=int, nargs="*")
    parser.add_argument("--reference-streams", type=int, nargs="*")
    parser.add_argument("--device", choices=_USUAL, default="cpu")
    parser.add_argument("--precision")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--slots", type=int, help="of our engine; its own choice when left out")
    options = parser.parse_args()
    for name, usual in _USUAL[options.device].items():
        if getattr(options, name) is None:
            setattr(options, name, usual)
    return options


if __name__ == "__main__":
    main()
