import asyncio
import os
import signal
import time
from dataclasses import dataclass, field

import pytest

from adapters.ffmpeg.spares import Spares
from adapters.ffmpeg.studio import FfmpegStudio
from domain.errors import StudioBusyError
from domain.formats import format_named
from tests.unit.adapters.ffmpeg.encoded import streamed
from tests.unit.adapters.ffmpeg.processes import children, until
from tests.unit.adapters.ffmpeg.recordings import babble

MP3 = format_named("mp3")
SOUND = babble(0.2, MP3.rate_hz).samples


@dataclass
class Tool:
    kind: str
    runs: bool = True

    async def aclose(self) -> None:
        self.runs = False


@dataclass
class Shop:
    made: list[Tool] = field(default_factory=list)
    closed: bool = False

    async def start(self, kind: str) -> Tool:
        if self.closed:
            raise StudioBusyError
        self.made.append(Tool(kind))
        return self.made[-1]

    def spares(self, *, most: int = 2, keep_s: float = 60.0) -> Spares[str, Tool]:
        return Spares(self.start, most=most, keep_s=keep_s, settle_s=0.001)


async def test_after_the_first_of_a_kind_one_stands_ready() -> None:
    shop = Shop()
    async with shop.spares() as spares:
        first = await spares.take("a")
        await until(lambda: len(shop.made) == 2)
        assert await spares.take("a") is shop.made[1]
        await until(lambda: len(shop.made) == 3)
    assert [tool.runs for tool in shop.made] == [True, True, False]
    assert first is shop.made[0]


async def test_one_that_died_while_it_waited_is_not_handed_out() -> None:
    shop = Shop()
    async with shop.spares() as spares:
        await spares.take("a")
        await until(lambda: len(shop.made) == 2)
        shop.made[1].runs = False
        assert (await spares.take("a")).runs


async def test_only_the_latest_kinds_are_kept() -> None:
    shop = Shop()
    async with shop.spares(most=2) as spares:
        for kind in "abca":
            await spares.take(kind)
        await until(lambda: len(shop.made) == 6)
        await asyncio.sleep(0.02)
        assert sorted(tool.kind for tool in shop.made[4:]) == ["a", "c"]


async def test_one_that_nobody_asks_for_is_given_up() -> None:
    shop = Shop()
    async with shop.spares(keep_s=0.05) as spares:
        taken = await spares.take("a")
        await until(lambda: len(shop.made) == 2)
        await until(lambda: not shop.made[1].runs)
        await asyncio.sleep(0.1)
        assert len(shop.made) == 2
        assert taken.runs


async def test_one_that_cannot_be_started_is_tried_again_when_asked_for() -> None:
    shop = Shop()
    async with shop.spares() as spares:
        await spares.take("a")
        shop.closed = True
        await asyncio.sleep(0.02)
        shop.closed = False
        await spares.take("a")
        await until(lambda: len(shop.made) == 3)


async def test_without_room_there_are_none() -> None:
    shop = Shop()
    async with shop.spares(most=0) as spares:
        await spares.take("a")
        await asyncio.sleep(0.02)
    assert len(shop.made) == 1


async def test_the_next_stream_takes_the_program_that_waits() -> None:
    async with FfmpegStudio() as studio:
        first = await streamed(studio, MP3, SOUND)
        # it is a process a moment before it stands ready
        await until(lambda: bool(studio._encoding._spares._ready))
        (spare,) = children()
        async with studio.encoder(MP3):
            assert children() == [spare]
        await until(lambda: len(children()) == 1)
        assert await streamed(studio, MP3, SOUND) == first
        await until(lambda: len(children()) == 1)
        os.kill(children()[0], signal.SIGKILL)
        await until(lambda: not children())
        assert await streamed(studio, MP3, SOUND) == first
        await until(lambda: len(children()) == 1)
    assert not children()


async def test_one_that_still_starts_is_buried_before_the_studio_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bury = os.waitpid

    def bury_late(pid: int, options: int) -> tuple[int, int]:
        time.sleep(0.1)
        return bury(pid, options)

    async with FfmpegStudio() as studio:
        await streamed(studio, MP3, SOUND)
        monkeypatch.setattr(os, "waitpid", bury_late)
        while not children():  # noqa: ASYNC110 - the loop's very next round is meant
            await asyncio.sleep(0)
    assert not children()
