import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from application.loudness import Loudness
from domain.errors import StoreUnavailableError
from domain.loudness import Learnt
from tests.fakes.clock import FakeClock
from tests.fakes.engine import timbre
from tests.fakes.loudness import FakeLoudness
from tests.integration.waiting import until

ANA, BOB = timbre(1.0), timbre(2.0)
KEY = (ANA.fingerprint, ANA.sha256)
ONE, MORE = Learnt(-20.0, 5.0, 1), Learnt(-19.0, 9.0, 2)
DOWN = StoreUnavailableError("The database did not answer in time.")


class Desk:
    def __init__(self) -> None:
        self.store = FakeLoudness()
        self.clock = FakeClock()
        self.loudness = Loudness(self.store, self.clock)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    async with desk.loudness:
        yield desk


async def test_a_voice_is_known_from_the_store_and_then_from_memory(desk: Desk) -> None:
    desk.store.kept = {KEY: ONE, (BOB.fingerprint, BOB.sha256): Learnt(-30.0, 5.0, 1)}
    mean = Learnt(-25.0, 10.0, 2)
    assert await desk.loudness.of(ANA) == (ONE, mean)
    desk.store.broken = DOWN
    assert await desk.loudness.of(ANA) == (ONE, mean)
    assert desk.store.asked == 1


async def test_that_nothing_is_known_is_remembered_for_a_while(desk: Desk) -> None:
    assert await desk.loudness.of(ANA) == (None, None)
    desk.store.kept = {KEY: ONE}
    assert await desk.loudness.of(ANA) == (None, None)
    desk.clock.turn(301)
    assert await desk.loudness.of(ANA) == (ONE, ONE)


async def test_what_is_taught_is_known_at_once_and_kept_soon(desk: Desk) -> None:
    desk.store.running.clear()
    await desk.loudness.teach(ANA, ONE)
    assert (await desk.loudness.of(ANA))[0] == ONE
    assert desk.store.kept == {}
    desk.store.running.set()
    await until(lambda: desk.store.kept == {KEY: ONE})


async def test_less_speech_and_the_same_once_more_teach_nothing(desk: Desk) -> None:
    for learnt in (ONE, MORE, MORE, ONE):
        await desk.loudness.teach(ANA, learnt)
        await until(lambda: not desk.loudness._pending)
    assert (await desk.loudness.of(ANA))[0] == MORE
    assert desk.store.writes == 2


async def test_a_store_that_is_down_is_asked_and_told_of_once_in_a_while(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.store.broken = DOWN
    for _ in range(5):
        assert await desk.loudness.of(ANA) == (None, None)
        assert await desk.loudness.of(BOB) == (None, None)
    assert desk.store.asked == 1
    assert len(caplog.records) == 1
    desk.clock.turn(6)
    desk.store.broken = None
    desk.store.kept = {KEY: ONE}
    assert (await desk.loudness.of(ANA))[0] == ONE


async def test_nobody_waits_for_a_slow_store_and_its_late_answer_is_taken(desk: Desk) -> None:
    desk.store.kept = {KEY: ONE}
    desk.store.running.clear()
    async with asyncio.timeout(1):
        assert await desk.loudness.of(ANA) == (None, None)
        for _ in range(20):
            assert await desk.loudness.of(ANA) == (None, None)
    assert desk.store.asked <= 8
    desk.store.running.set()
    await until(lambda: not desk.loudness._asking)
    assert (await desk.loudness.of(ANA))[0] == ONE


async def test_a_late_answer_is_not_put_over_what_was_taught_meanwhile() -> None:
    desk = Desk()  # not entered: nothing is kept, and the answer is an old one
    desk.store.kept = {KEY: ONE}
    desk.store.running.clear()
    await desk.loudness.of(ANA)
    await desk.loudness.teach(ANA, MORE)
    desk.store.running.set()
    await until(lambda: not desk.loudness._asking)
    assert (await desk.loudness.of(ANA))[0] == MORE


async def test_a_forgotten_voice_is_neither_known_nor_kept(desk: Desk) -> None:
    await desk.loudness.teach(ANA, ONE)
    await until(lambda: KEY in desk.store.kept)
    await desk.loudness.forget(ANA)
    assert desk.store.kept == {}
    assert (await desk.loudness.of(ANA))[0] is None
    await desk.loudness.teach(ANA, ONE)
    await desk.loudness.forget(ANA)
    desk.store.broken = DOWN
    await desk.loudness.forget(ANA)
    desk.store.broken = None
    await desk.loudness.teach(BOB, ONE)
    await until(lambda: bool(desk.store.kept))
    assert KEY not in desk.store.kept


async def test_what_waits_to_be_kept_is_bounded(desk: Desk) -> None:
    desk.store.broken = DOWN
    voices = [timbre(float(number)) for number in range(1005)]
    for each in voices:
        await desk.loudness.teach(each, ONE)
    assert len(desk.loudness._pending) == 1000


async def test_a_store_that_comes_back_is_given_what_waited(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.loudness._REST_S", 0.01)
    desk.store.broken = DOWN
    await desk.loudness.teach(ANA, ONE)
    await until(lambda: desk.store.writes > 1)
    desk.store.broken = None
    await until(lambda: desk.store.kept == {KEY: ONE})


async def test_at_the_end_what_waits_is_kept_and_a_dead_store_holds_nobody_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)
    well, dead = Desk(), Desk()
    dead.store.broken = DOWN
    async with asyncio.timeout(1):
        for desk in (well, dead):
            async with desk.loudness:
                await desk.loudness.teach(ANA, ONE)
    assert well.store.kept == {KEY: ONE}
