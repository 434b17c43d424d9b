import asyncio
import time

import pytest

from adapters.ffmpeg.booths import Booths
from domain.errors import StudioBusyError
from tests.unit.adapters.ffmpeg.processes import until


class Crowd:
    """Callers who stay in their booth until they are told to leave."""

    def __init__(self, booths: Booths) -> None:
        self.booths = booths
        self.inside = 0
        self.leave = asyncio.Event()

    async def visit(self) -> None:
        async with self.booths.take():
            self.inside += 1
            await self.leave.wait()
            self.inside -= 1


async def test_so_many_at_once_and_the_others_in_turn() -> None:
    crowd = Crowd(Booths(2, patience_s=10))
    visits = [asyncio.create_task(crowd.visit()) for _ in range(5)]
    await until(lambda: crowd.inside == 2)
    assert not any(visit.done() for visit in visits)
    crowd.leave.set()
    await asyncio.gather(*visits)


async def test_nobody_waits_for_ever() -> None:
    crowd = Crowd(Booths(1, patience_s=0.05))
    first = asyncio.create_task(crowd.visit())
    await until(lambda: crowd.inside == 1)
    with pytest.raises(StudioBusyError, match="Too many clips"):
        await crowd.visit()
    crowd.leave.set()
    await first
    await crowd.visit()


async def test_a_long_line_is_not_joined() -> None:
    crowd = Crowd(Booths(1, patience_s=30))
    visits = [asyncio.create_task(crowd.visit()) for _ in range(9)]
    await until(lambda: crowd.inside == 1)
    began = time.monotonic()
    with pytest.raises(StudioBusyError, match="Too many clips"):
        await crowd.visit()
    assert time.monotonic() - began < 1
    crowd.leave.set()
    await asyncio.gather(*visits)


async def test_one_who_gives_up_makes_room() -> None:
    crowd = Crowd(Booths(1, patience_s=30))
    visits = [asyncio.create_task(crowd.visit()) for _ in range(9)]
    await until(lambda: crowd.inside == 1)
    for visit in visits[1:]:
        visit.cancel()
    await asyncio.gather(*visits[1:], return_exceptions=True)
    crowd.leave.set()
    await asyncio.gather(visits[0], crowd.visit())


async def test_a_failure_inside_frees_the_booth() -> None:
    booths = Booths(1, patience_s=0.05)
    with pytest.raises(ZeroDivisionError):
        async with booths.take():
            raise ZeroDivisionError
    async with booths.take():
        pass
