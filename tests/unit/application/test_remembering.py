import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from typing_extensions import override

from application.keeping import _MOST_LATE, _MOST_PENDING_BYTES
from application.remembering import RememberingEngine
from domain.audio import Pcm
from domain.errors import EngineBusyError, EngineFailedError
from domain.events import CacheAsked
from domain.ports import Chunk, Pronunciation, SpokenLine, Word
from domain.recording import Recording
from domain.speech import SpeechSettings
from tests.fakes.cache import FakeCache, key, recording, same
from tests.fakes.engine import FakeEngine, sound_of, timbre
from tests.fakes.events import HeardEvents

TEXT = "Three small boats were waiting for the morning tide."
LINE = SpokenLine("s", 0, TEXT, "en", timbre())


class Stand:
    """A remembering engine over one that tells what reached it."""

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.cache = FakeCache()
        self.bus = HeardEvents()
        self.remembering = RememberingEngine(self.engine, self.cache, self.bus)

    @property
    def reached(self) -> int:
        return len(self.engine.spoken)

    async def hear(self, line: SpokenLine = LINE) -> list[Chunk]:
        async with self.remembering.speak(line) as chunks:
            return [chunk async for chunk in chunks]

    async def until_kept(self, lines: int) -> None:
        async with asyncio.timeout(5):
            while len(self.cache.kept) < lines:  # noqa: ASYNC110 - a fake is looked at
                await asyncio.sleep(0)


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    stand = Stand()
    async with stand.remembering:
        yield stand
        stand.cache.running.set()


def whole(chunks: Sequence[Chunk]) -> Recording:
    words: tuple[Word, ...] = tuple(word for chunk in chunks for word in chunk.words)
    return Recording(np.concatenate([chunk.samples for chunk in chunks]), words)


async def test_a_line_asked_for_twice_is_spoken_once_and_heard_the_same(stand: Stand) -> None:
    first, second = await stand.hear(), await stand.hear()
    assert same(whole(second), whole(first))
    assert whole(first).samples.tobytes() == sound_of(TEXT).tobytes()
    await stand.until_kept(1)
    assert same(whole(await stand.hear()), whole(first))
    assert stand.reached == 1


async def test_a_remembered_line_needs_neither_slot_nor_queue(stand: Stand) -> None:
    first = await stand.hear()
    stand.engine.slots = stand.engine.max_waiting = 0
    stand.engine.running.clear()
    assert same(whole(await stand.hear(replace(LINE, stream="other"))), whole(first))
    with pytest.raises(EngineBusyError):
        await stand.hear(replace(LINE, text="Another line."))


async def test_a_remembered_line_comes_in_pieces_that_keep_a_stream_smooth(stand: Stand) -> None:
    await stand.hear(replace(LINE, text=TEXT * 2))
    chunks = await stand.hear(replace(LINE, text=TEXT * 2))
    assert [len(chunk.samples) for chunk in chunks] == [2400, 12_000, 10_560]
    assert [chunk.last for chunk in chunks] == [False, False, True]
    at = 0
    for chunk in chunks:
        assert all(at <= word.start < at + len(chunk.samples) for word in chunk.words)
        at += len(chunk.samples)


async def test_a_line_without_any_sound_is_remembered_too(stand: Stand) -> None:
    for _ in range(2):
        assert [chunk.last for chunk in await stand.hear(replace(LINE, text=""))] == [True]
    assert stand.reached == 1


CHANGES: dict[str, Any] = {
    "text": "Other words.",
    "language": "de",
    "timbre": timbre(2.0),
    "rate": 1.5,
    "pitch": 0.9,
    "pronunciations": (Pronunciation(0, 5, "a"),),
    "settings": SpeechSettings(temperature=0.5),
    "stream": None,
    "index": None,
    "start_within_s": None,
    "lead_s": None,
}
"""What makes another sound of a line, and None where nothing does."""


def test_every_field_of_a_line_is_decided_upon() -> None:
    assert set(CHANGES) == {field.name for field in fields(SpokenLine)}


@pytest.mark.parametrize("name", [name for name, other in CHANGES.items() if other is not None])
async def test_a_line_that_sounds_differently_is_spoken(stand: Stand, name: str) -> None:
    await stand.hear()
    await stand.hear(replace(LINE, **{name: CHANGES[name]}))
    assert stand.reached == 2


async def test_the_same_line_of_another_stream_is_remembered(stand: Stand) -> None:
    await stand.hear()
    await stand.hear(replace(LINE, stream="other", index=9, start_within_s=1.0, lead_s=5.0))
    assert stand.reached == 1


async def test_another_engine_does_not_speak_from_this_ones_memory(stand: Stand) -> None:
    class OtherEngine(FakeEngine):
        @property
        @override
        def card(self) -> Any:
            return replace(super().card, fingerprint="fake/2")

    await stand.hear()
    await stand.until_kept(1)
    other = OtherEngine()
    async with (
        RememberingEngine(other, stand.cache, stand.bus) as remembering,
        remembering.speak(LINE) as chunks,
    ):
        assert [chunk async for chunk in chunks]
    assert len(other.spoken) == 1


async def test_the_same_line_many_times_at_once_is_the_same_each_time(stand: Stand) -> None:
    heard = await asyncio.gather(*(stand.hear() for _ in range(8)))
    assert all(same(whole(chunks), whole(heard[0])) for chunks in heard)
    reached = stand.reached
    await stand.hear()
    assert stand.reached == reached


async def test_it_is_told_whether_a_line_was_remembered(stand: Stand) -> None:
    await stand.hear()
    await stand.hear()
    assert stand.bus.heard == [CacheAsked("audio", hit=False), CacheAsked("audio", hit=True)]


async def test_a_line_left_half_way_is_not_kept(stand: Stand) -> None:
    async with stand.remembering.speak(LINE) as chunks:
        for _ in range(3):
            assert not (await anext(chunks)).last
    assert [chunk async for chunk in chunks] == []
    await stand.hear(replace(LINE, text="Something else."))
    await stand.until_kept(1)
    assert stand.cache.puts == 1
    await stand.hear()
    assert stand.reached == 3


async def test_a_listener_cancelled_half_way_keeps_nothing(stand: Stand) -> None:
    stand.engine.pause_after(3)
    listening = asyncio.create_task(stand.hear())
    async with asyncio.timeout(5):
        while stand.engine.running.is_set():  # noqa: ASYNC110 - a fake is looked at
            await asyncio.sleep(0)
    listening.cancel()
    await asyncio.wait({listening})
    assert stand.engine.lines == []
    stand.engine.running.set()
    await stand.hear()
    assert stand.reached == 2


async def test_a_line_that_fails_half_way_is_not_kept(stand: Stand) -> None:
    async with stand.remembering.speak(LINE) as chunks:
        await anext(chunks)
        stand.engine.broken = EngineFailedError("broken")
        with pytest.raises(EngineFailedError):
            await anext(chunks)
    stand.engine.broken = None
    await stand.hear()
    assert stand.reached == 2


async def test_what_a_listener_does_to_its_chunks_is_not_remembered(stand: Stand) -> None:
    for chunk in await stand.hear():
        chunk.samples[:] = 0
    assert whole(await stand.hear()).samples.tobytes() == sound_of(TEXT).tobytes()


async def test_the_last_chunk_does_not_wait_for_the_cache(stand: Stand) -> None:
    async with stand.remembering.speak(LINE) as chunks:
        await anext(chunks)
        stand.cache.running.clear()
        rest = await asyncio.wait_for(anext_all(chunks), 1)
    assert rest[-1].last
    assert same(whole(await stand.hear()), whole(await stand.hear()))
    assert stand.reached == 1
    stand.cache.running.set()
    await stand.until_kept(1)


async def anext_all(chunks: AsyncIterator[Chunk]) -> list[Chunk]:
    return [chunk async for chunk in chunks]


async def test_a_slow_cache_is_waited_for_a_moment_and_then_the_engine_speaks(
    stand: Stand,
) -> None:
    stand.cache.running.clear()
    began_s = time.perf_counter()
    await stand.hear()
    assert 0.015 < time.perf_counter() - began_s < 0.5
    assert stand.reached == 1


async def test_a_cache_that_hangs_is_soon_not_asked_any_more(stand: Stand) -> None:
    stand.cache.running.clear()
    for number in range(_MOST_LATE + 5):
        await stand.hear(replace(LINE, text=f"Line {number}."))
    assert stand.reached == _MOST_LATE + 5
    assert stand.cache.asked == _MOST_LATE
    stand.cache.running.set()
    await stand.until_kept(_MOST_LATE + 5)
    await asyncio.sleep(0.01)
    await stand.hear(replace(LINE, text="Line 1."))
    assert stand.reached == _MOST_LATE + 5


async def test_a_listener_who_gives_up_while_the_cache_is_asked_leaves_nothing_behind(
    stand: Stand,
) -> None:
    stand.cache.running.clear()
    listening = asyncio.create_task(stand.hear())
    async with asyncio.timeout(5):
        while not stand.cache.asked:  # noqa: ASYNC110 - a fake is looked at
            await asyncio.sleep(0)
    listening.cancel()
    await asyncio.wait({listening})
    assert stand.engine.lines == []
    stand.cache.running.set()
    await stand.hear()
    assert stand.reached == 1


async def test_a_broken_cache_fails_no_speech(
    stand: Stand,
    caplog: pytest.LogCaptureFixture,
) -> None:
    stand.cache.broken = RuntimeError("broken")
    for _ in range(2):
        assert same(whole(await stand.hear()), whole(await stand.hear()))
        await asyncio.sleep(0.01)
    assert len(caplog.records) >= 2
    stand.cache.broken = None
    await stand.hear()
    await stand.until_kept(1)


async def test_what_waits_to_be_kept_is_bounded(stand: Stand) -> None:
    stand.cache.running.clear()
    stand.engine.step = 120
    keeping = stand.remembering._keeping
    large = recording(1, _MOST_PENDING_BYTES // 4 // 3)
    for number in range(5):
        keeping.keep(key(number), large, keeping.era)
    kept = [await keeping.recall(key(number)) is not None for number in range(5)]
    assert kept == [True, True, False, False, False]


async def test_what_waits_is_kept_before_it_is_left(stand: Stand) -> None:
    async with RememberingEngine(stand.engine, stand.cache, stand.bus) as remembering:
        for number in range(3):
            async with remembering.speak(replace(LINE, text=f"Line {number}.")) as chunks:
                await anext_all(chunks)
    assert len(stand.cache.kept) == 3


async def test_leaving_does_not_wait_for_a_cache_that_hangs(
    stand: Stand,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("application.keeping._FAREWELL_S", 0.05)
    stand.cache.running.clear()
    remembering = RememberingEngine(stand.engine, stand.cache, stand.bus)
    async with asyncio.timeout(1), remembering, remembering.speak(LINE) as chunks:
        await anext_all(chunks)
    assert not stand.cache.kept


async def test_forgetting_reaches_what_is_kept_what_waits_and_what_is_being_spoken(
    stand: Stand,
) -> None:
    await stand.hear(replace(LINE, text="Kept."))
    await stand.until_kept(1)
    await stand.hear(replace(LINE, text="Waits."))
    async with stand.remembering.speak(LINE) as chunks:
        await anext(chunks)
        assert await stand.remembering.forget() >= 1
        await anext_all(chunks)
    await stand.hear(replace(LINE, text="Later."))
    await stand.until_kept(1)
    assert len(stand.cache.kept) == 1
    for text in ("Kept.", "Waits.", TEXT):
        await stand.hear(replace(LINE, text=text))
    assert stand.reached == 7


async def test_what_is_being_put_or_waits_while_all_is_forgotten_is_forgotten_too(
    stand: Stand,
) -> None:
    await stand.hear(replace(LINE, text="First."))
    await stand.until_kept(1)
    stand.cache.running.clear()
    keeping = stand.remembering._keeping
    for number in range(3):
        keeping.keep(key(number), recording(number), keeping.era)
    async with asyncio.timeout(5):
        while stand.cache.puts < 2:  # noqa: ASYNC110 - a fake is looked at
            await asyncio.sleep(0)
    forgetting = asyncio.create_task(stand.remembering.forget())
    await asyncio.sleep(0)
    stand.cache.running.set()
    assert await forgetting == 2
    assert stand.cache.kept == {}
    await stand.hear(replace(LINE, text="Later."))
    await stand.until_kept(1)
    assert len(stand.cache.kept) == 1


@pytest.mark.parametrize("remembered", [False, True])
async def test_a_line_is_entered_heard_and_left_by_different_tasks(
    stand: Stand,
    *,
    remembered: bool,
) -> None:
    if remembered:
        await stand.hear()
    manager = stand.remembering.speak(LINE)
    chunks = await asyncio.create_task(manager.__aenter__())
    first = await asyncio.create_task(anext_one(chunks))
    assert len(first.samples)
    await asyncio.create_task(manager.__aexit__(None, None, None))
    assert [chunk async for chunk in chunks] == []
    assert stand.engine.lines == []


async def anext_one(chunks: AsyncIterator[Chunk]) -> Chunk:
    return await anext(chunks)


async def test_leaving_frees_a_task_that_waits_for_a_chunk(stand: Stand) -> None:
    stand.engine.running.clear()
    manager = stand.remembering.speak(LINE)
    chunks = await manager.__aenter__()
    listening = asyncio.create_task(anext_all(chunks))
    await asyncio.sleep(0)
    await manager.__aexit__(None, None, None)
    assert await asyncio.wait_for(listening, 1) == []
    assert stand.cache.kept == {}


async def test_a_full_engine_refuses_where_a_line_is_entered(stand: Stand) -> None:
    stand.engine.slots, stand.engine.max_waiting = 1, 0
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(stand.remembering.speak(LINE))
        with pytest.raises(EngineBusyError):
            await stack.enter_async_context(stand.remembering.speak(LINE))
    assert stand.engine.lines == []


async def test_everything_else_passes_through(stand: Stand) -> None:
    clip = Pcm(np.zeros(10, np.float32), 10)
    learnt = await stand.remembering.condition([clip])
    assert stand.engine.conditioned == [[clip]]
    assert (await stand.remembering.recall(learnt.arrays)).sha256 == learnt.sha256
    assert stand.remembering.card.fingerprint == stand.engine.card.fingerprint
    assert await stand.remembering.pulse() == await stand.engine.pulse()
