"""An engine over a child without a model, and how to hear it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.xtts.engine import XttsEngine
from adapters.xtts.files import ModelFiles
from adapters.xtts.keeper import Keeper
from adapters.xtts.messages import Setup
from adapters.xtts.utterance import Utterance
from domain.ports import Chunk, SpokenLine
from tests.fakes.events import HeardEvents
from tests.fakes.xtts_worker import RATE_HZ

SETUP = Setup(ModelFiles(Path("config.json"), Path("model.pth"), Path("vocab.json")), slots=2)
WORKER = "tests.fakes.xtts_worker"
TEXT = "Three small boats were waiting for the tide."
LONG = "They waited and waited. " * 8


@dataclass
class Stage:
    engine: XttsEngine
    bus: HeardEvents = field(default_factory=HeardEvents)

    def line(self, text: str = TEXT, stream: str = "s", **more: Any) -> SpokenLine:
        card = self.engine.card
        line = SpokenLine(stream, 0, text, "en", card.speakers[card.default_speaker])
        return replace(line, **more)

    async def hear(self, line: SpokenLine) -> list[Chunk]:
        async with self.engine.speak(line) as chunks:
            return [chunk async for chunk in chunks]

    async def says(self, text: str = TEXT) -> bytes:
        chunks = await self.hear(self.line(text))
        assert chunks[-1].last
        return b"".join(chunk.samples.tobytes() for chunk in chunks)

    @property
    def keeper(self) -> Keeper:
        assert self.engine._keeper is not None
        return self.engine._keeper

    @property
    def pid(self) -> int:
        assert self.keeper.pid is not None
        return self.keeper.pid

    @property
    def alive(self) -> bool:
        return self.engine._turns is not None and self.engine._turns.alive

    async def speaking(self, many: int) -> None:
        await until(lambda: self.engine._turns and self.engine._turns.speaking == many)


def made(*, slots: int = 2, **more: Any) -> Stage:
    """An engine that is not entered yet."""
    bus = HeardEvents()
    return Stage(XttsEngine(replace(SETUP, slots=slots), bus=bus, worker=WORKER, **more), bus)


@asynccontextmanager
async def opened(*, slots: int = 2, **more: Any) -> AsyncIterator[Stage]:
    stage = made(slots=slots, **more)
    async with stage.engine:
        yield stage


async def until(true: Callable[[], object], within_s: float = 30.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - another process is watched
            await asyncio.sleep(0.002)


def unread_s(chunks: AsyncIterator[Chunk]) -> float:
    """How much of a line was made and nobody has taken."""
    assert isinstance(chunks, Utterance)
    return sum(len(chunk.samples) for chunk in chunks._chunks) / RATE_HZ


def is_gone(pid: int) -> bool:
    """Whether there is no such process, not even one that has ended and was not buried."""
    return not Path(f"/proc/{pid}").exists()


def children() -> set[int]:
    """All processes that this one has started and not yet buried."""
    found = set()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        found |= {int(pid) for pid in (task / "children").read_text().split()}
    return found


def descriptors(process: int | str = "self") -> list[str]:
    """What a process holds open, but for the folder that is being listed."""
    held = []
    for file in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            held.append(str(file.readlink()))
    return sorted(held)
