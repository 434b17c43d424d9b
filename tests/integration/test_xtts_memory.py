"""What many lines leave behind in the model's process and in the server's."""

import asyncio
import os
from pathlib import Path

import numpy as np
import pytest

from adapters.xtts.engine import XttsEngine
from adapters.xtts.messages import Setup
from domain.ports import SpokenLine
from domain.speech import SpeechSettings
from domain.voice import Timbre
from tests.checkpoints import STOP, build, named
from tests.fakes.events import HeardEvents

LINES = int(os.environ.get("RHAPSODE_TEST_LINES", "400"))
"""`make test-memory` speaks two thousand."""
SETTLED = 300
AT_ONCE = 8
MOST_MIB = 48.0
"""oneDNN keeps what it made for each new shape, up to a bound of its own."""


def resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


async def speak(engine: XttsEngine, number: int) -> int:
    """Speak a line of its own text, in one of a hundred voices; one in five leaves at once."""
    card = engine.card
    arrays = dict(card.speakers[card.default_speaker].arrays)
    arrays["speaker_embedding"] = arrays["speaker_embedding"] * np.float32(1 + number % 100)
    line = SpokenLine(
        f"s{number}",
        0,
        f"Line {number}.",
        "en",
        Timbre(card.fingerprint, arrays),
        settings=SpeechSettings(seed=number),
    )
    heard = 0
    async with engine.speak(line) as chunks:
        async for chunk in chunks:
            heard += len(chunk.samples)
            if number % 5 == 0:
                break
    return heard


@pytest.mark.timeout(300)
async def test_many_lines_leave_memory_as_it_was(tmp_path: Path) -> None:
    files = named(build(tmp_path, leanings={STOP: 9.0}))
    setup = Setup(files, slots=4, threads=1, precision="int8", guards=False)
    async with XttsEngine(setup, bus=HeardEvents()) as engine:
        assert engine._keeper is not None
        assert engine._keeper.pid is not None
        processes = (engine._keeper.pid, os.getpid())
        before: tuple[float, ...] = (0.0, 0.0)
        at_work: tuple[int, ...] = ()
        heard = 0
        for first in range(0, LINES, AT_ONCE):
            if first >= SETTLED and before == (0.0, 0.0):
                before = tuple(map(resident_mib, processes))
                at_work = tuple(map(threads, processes))
            lines = (speak(engine, number) for number in range(first, first + AT_ONCE))
            heard += sum(await asyncio.gather(*lines))
        after = tuple(map(resident_mib, processes))
        assert heard > LINES * 24
        assert all(now - then < MOST_MIB for now, then in zip(after, before, strict=True)), (
            before,
            after,
        )
        assert tuple(map(threads, processes)) == at_work
        pulse = await engine.pulse()
        assert (pulse.speaking, pulse.waiting) == (0, ())
