"""What every speech engine guarantees."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
import pytest_asyncio

from adapters.espeak.engine import EspeakEngine
from adapters.xtts.engine import XttsEngine
from adapters.xtts.files import ModelFiles
from adapters.xtts.messages import Setup
from domain.audio import Pcm
from domain.errors import EngineBusyError, EngineFailedError, LatentsForeignError
from domain.language import XTTS_LANGUAGES
from domain.ports import Chunk, Pulse, SpeechEngine, SpokenLine, Word
from domain.speech import SpeechSettings
from domain.voice import Timbre
from tests.fakes.engine import FakeEngine
from tests.fakes.events import HeardEvents

TEXT = "Three small boats were waiting for the morning tide."


SEEDED = SpeechSettings(seed=13)
"""Dice with which the small model speaks for a second or two."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Stand:
    """An engine of one slot, and how to keep it from getting on while a test looks at it."""

    engine: SpeechEngine
    hold: Callable[[], AbstractContextManager[object]]
    latent: tuple[int, int] = (32, 1024)

    def line(self, text: str = TEXT, stream: str = "s", start_within_s: float = 30.0) -> SpokenLine:
        card = self.engine.card
        timbre = card.speakers[card.default_speaker]
        return SpokenLine(
            stream, 0, text, "en", timbre, settings=SEEDED, start_within_s=start_within_s
        )

    async def until(self, true: Callable[[Pulse], bool]) -> None:
        async with asyncio.timeout(5):
            while not true(await self.engine.pulse()):  # noqa: ASYNC110 - a pulse is asked for
                await asyncio.sleep(0.001)


Make = Callable[[int], Awaitable[Stand]]


class Child:
    """One XTTS engine for all tests that can share it: its model takes seconds to load."""

    def __init__(self, files: ModelFiles) -> None:
        self._setup = Setup(files, slots=1, threads=1, precision="int8")
        self._engines = AsyncExitStack()
        self._engine: XttsEngine | None = None
        self._max_waiting = 0

    async def engine(self, max_waiting: int) -> XttsEngine:
        if self._engine is None or self._max_waiting != max_waiting:
            await self.close()
            engine = XttsEngine(self._setup, bus=HeardEvents(), max_waiting=max_waiting)
            self._engine = await self._engines.enter_async_context(engine)
            self._max_waiting = max_waiting
        return self._engine

    async def close(self) -> None:
        self._engine = None
        await self._engines.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def child(small_model: ModelFiles) -> AsyncIterator[Child]:
    child = Child(small_model)
    yield child
    await child.close()


@pytest_asyncio.fixture(loop_scope="module", params=["espeak", "xtts", "fake"])
async def make(request: pytest.FixtureRequest, child: Child) -> AsyncIterator[Make]:
    async with AsyncExitStack() as stack:

        async def espeak(max_waiting: int) -> Stand:
            engine = await stack.enter_async_context(EspeakEngine(max_waiting=max_waiting))
            assert engine._turns is not None
            process = engine._turns._stage._process
            assert process is not None
            return Stand(engine, lambda: stopped(process._popen.pid))

        async def xtts(max_waiting: int) -> Stand:
            engine = await child.engine(max_waiting)
            assert engine._keeper is not None
            pid = engine._keeper.pid
            assert pid is not None
            return Stand(engine, lambda: stopped(pid), latent=(32, 128))

        async def fake(max_waiting: int) -> Stand:
            engine = FakeEngine(slots=1, max_waiting=max_waiting)
            await stack.enter_async_context(engine)
            return Stand(engine, lambda: held(engine))

        yield {"espeak": espeak, "xtts": xtts, "fake": fake}[request.param]


@pytest_asyncio.fixture(loop_scope="module")
async def stand(make: Make) -> Stand:
    return await make(40)


@contextmanager
def stopped(child: int) -> Iterator[None]:
    """Stop the child that speaks; the engine itself goes on."""
    os.kill(child, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(child, signal.SIGCONT)


@contextmanager
def held(engine: FakeEngine) -> Iterator[None]:
    engine.running.clear()
    yield
    engine.running.set()
    for line in engine.lines:
        line.changed.set()


async def heard(stand: Stand, line: SpokenLine) -> list[Chunk]:
    async with stand.engine.speak(line) as chunks:
        return [chunk async for chunk in chunks]


def sound(chunks: list[Chunk]) -> bytes:
    return np.concatenate([chunk.samples for chunk in chunks]).tobytes()


def words(chunks: list[Chunk]) -> list[Word]:
    return [word for chunk in chunks for word in chunk.words]


async def test_a_line_is_sound_whose_final_chunk_alone_is_marked_last(stand: Stand) -> None:
    chunks = await heard(stand, stand.line())
    assert [chunk.last for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert all(chunk.samples.dtype == np.float32 for chunk in chunks)
    samples = np.concatenate([chunk.samples for chunk in chunks])
    assert len(samples) > stand.engine.card.rate_hz // 4
    assert 0.01 < np.abs(samples).max() <= 1.0


async def test_words_rise_and_lie_within_the_line(stand: Stand) -> None:
    chunks = await heard(stand, stand.line())
    total = sum(len(chunk.samples) for chunk in chunks)
    found = words(chunks)
    assert bool(found) == (stand.engine.card.alignment != "none")
    for before, after in pairwise(found):
        assert before.char_end <= after.char
        assert before.end <= after.start
    assert all(0 <= word.char < word.char_end <= len(TEXT) for word in found)
    assert all(0 <= word.start < word.end <= total for word in found)


async def test_every_word_of_the_text_is_told_once(stand: Stand) -> None:
    found = words(await heard(stand, stand.line()))
    told = [index for word in found for index in range(word.char, word.char_end)]
    assert len(told) == len(set(told))
    assert {index for index, letter in enumerate(TEXT) if letter.isalpha()} <= set(told)


async def test_a_word_never_comes_before_the_chunk_it_begins_in(stand: Stand) -> None:
    made = 0
    for chunk in await heard(stand, stand.line()):
        made += len(chunk.samples)
        assert all(word.start < made for word in chunk.words)


async def test_an_engine_that_knows_its_words_brings_them_with_their_sound(stand: Stand) -> None:
    if stand.engine.card.alignment != "exact":
        return
    at = 0
    for chunk in await heard(stand, stand.line()):
        end = at + len(chunk.samples)
        assert all(at <= word.start < end for word in chunk.words)
        at = end


async def test_a_line_spoken_among_others_is_the_same_bytes_as_alone(stand: Stand) -> None:
    alone = await heard(stand, stand.line())
    others = [f"Line {number} speaks of something else entirely." for number in range(8)]
    spoken = await asyncio.gather(
        *(heard(stand, stand.line(text)) for text in others[:4]),
        heard(stand, stand.line()),
        *(heard(stand, stand.line(text)) for text in others[4:]),
    )
    assert sound(spoken[4]) == sound(alone)
    assert words(spoken[4]) == words(alone)
    assert len({sound(chunks) for chunks in spoken}) == 9


async def test_lines_are_spoken_in_the_order_they_were_admitted(stand: Stand) -> None:
    async with AsyncExitStack() as stack:
        with stand.hold():
            for stream in ("a", "b", "c", "d"):
                line = stand.line(stream=stream)
                await stack.enter_async_context(stand.engine.speak(line))
                await stand.until(lambda pulse: pulse.speaking == 1)
            assert (await stand.engine.pulse()).waiting == ("b", "c", "d")


async def test_a_full_queue_refuses_at_the_door(make: Make) -> None:
    stand = await make(2)
    async with AsyncExitStack() as stack:
        with stand.hold():
            for _ in range(3):
                await stack.enter_async_context(stand.engine.speak(stand.line()))
                await stand.until(lambda pulse: pulse.speaking == 1)
            with pytest.raises(EngineBusyError) as refused:
                await stack.enter_async_context(stand.engine.speak(stand.line()))
            assert (refused.value.retry_after_s or 0.0) > 0


async def test_a_line_that_leaves_the_queue_makes_room(make: Make) -> None:
    stand = await make(1)
    first, second, third = (stand.engine.speak(stand.line(stream=s)) for s in ("a", "b", "c"))
    with stand.hold():
        await first.__aenter__()
        await stand.until(lambda pulse: pulse.speaking == 1)
        chunks = await second.__aenter__()
        await second.__aexit__(None, None, None)
        assert (await stand.engine.pulse()).waiting == ()
        await third.__aenter__()
        assert (await stand.engine.pulse()).waiting == ("c",)
    assert [chunk async for chunk in chunks] == []
    await first.__aexit__(None, None, None)
    await third.__aexit__(None, None, None)


async def test_a_line_that_may_not_wait_any_longer_says_busy(stand: Stand) -> None:
    async with AsyncExitStack() as stack:
        with stand.hold():
            await stack.enter_async_context(stand.engine.speak(stand.line()))
            await stand.until(lambda pulse: pulse.speaking == 1)
            late = stand.line(start_within_s=0.02)
            chunks = await stack.enter_async_context(stand.engine.speak(late))
            with pytest.raises(EngineBusyError):
                await anext(chunks)


async def test_leaving_frees_a_task_that_waits_for_a_chunk(stand: Stand) -> None:
    manager = stand.engine.speak(stand.line())

    async def listen(chunks: AsyncIterator[Chunk]) -> list[Chunk]:
        return [chunk async for chunk in chunks]

    with stand.hold():
        chunks = await manager.__aenter__()
        listening = asyncio.create_task(listen(chunks))
        await stand.until(lambda pulse: pulse.speaking == 1)
        await manager.__aexit__(None, None, None)
        assert await asyncio.wait_for(listening, 1) == []


async def test_leaving_while_speaking_frees_the_engine(stand: Stand) -> None:
    manager = stand.engine.speak(stand.line())
    chunks = await manager.__aenter__()
    await anext(chunks)
    await manager.__aexit__(None, None, None)
    assert [chunk async for chunk in chunks] == []
    await stand.until(lambda pulse: pulse.speaking == 0 and not pulse.waiting)
    assert (await heard(stand, stand.line()))[-1].last


async def test_a_line_longer_than_the_card_allows_is_refused(stand: Stand) -> None:
    text = "a" * (stand.engine.card.longest("en") + 1)
    with pytest.raises(EngineFailedError):
        await heard(stand, stand.line(text))


async def test_latents_of_this_engine_come_back_as_the_same_timbre(stand: Stand) -> None:
    for timbre in list(stand.engine.card.speakers.values())[:3]:
        carried = {name: np.array(array.tolist(), "f4") for name, array in timbre.arrays.items()}
        assert (await stand.engine.recall(carried)).sha256 == timbre.sha256


async def test_latents_of_another_engine_are_refused(stand: Stand) -> None:
    noise = np.random.default_rng(1).standard_normal((33, 1024)).astype(np.float32)
    foreign = {"gpt_cond_latent": noise[:32], "speaker_embedding": noise[32, :512]}
    with pytest.raises(LatentsForeignError):
        await stand.engine.recall(foreign)


async def test_a_conditioned_timbre_speaks_and_is_carried_by_clients(stand: Stand) -> None:
    seconds = np.arange(2 * 16_000) / 16_000
    clip = Pcm(np.sin(2 * np.pi * 150 * seconds).astype(np.float32), 16_000)
    timbre = await stand.engine.condition([clip])
    assert timbre.fingerprint == stand.engine.card.fingerprint
    assert timbre.arrays["gpt_cond_latent"].shape == stand.latent
    assert timbre.arrays["speaker_embedding"].shape == (512,)
    assert (await stand.engine.recall(timbre.arrays)).sha256 == timbre.sha256
    line = SpokenLine("s", 0, TEXT, "en", timbre)
    assert (await heard(stand, line))[-1].last


async def test_the_card_is_complete(stand: Stand) -> None:
    card = stand.engine.card
    assert card.languages[:17] == XTTS_LANGUAGES
    assert len(set(card.languages)) == len(card.languages)
    assert card.default_speaker in card.speakers
    assert all(timbre.fingerprint == card.fingerprint for timbre in card.speakers.values())
    assert len({timbre.sha256 for timbre in card.speakers.values()}) == len(card.speakers)
    assert card.rates[0] < 1.0 < card.rates[1]
    assert card.rate_hz > 0
    assert all(card.longest(language) > 0 for language in card.languages)


async def test_an_idle_engine_is_alive_and_without_a_queue(stand: Stand) -> None:
    await heard(stand, stand.line())
    await stand.until(lambda pulse: pulse.speaking == 0)
    pulse = await stand.engine.pulse()
    assert pulse.alive
    assert pulse.waiting == ()
    assert pulse.expected_wait_s == 0
    assert pulse.last_step_age_s is not None
    assert pulse.last_step_age_s < 2.0


def ends(stand: Stand) -> list[Timbre]:
    """Two speakers of the engine's own."""
    return list(stand.engine.card.speakers.values())[:2]


async def test_all_the_weight_on_one_timbre_is_that_timbre(stand: Stand) -> None:
    one, other = ends(stand)
    assert (await stand.engine.mix([one, other], [1, 0])).sha256 == one.sha256
    assert (await stand.engine.mix([one, other], [0, 3])).sha256 == other.sha256
    assert (await stand.engine.mix([one, one], [1, 2])).sha256 == one.sha256


async def test_the_order_of_a_mix_does_not_matter_and_only_ratios_do(stand: Stand) -> None:
    one, other = ends(stand)
    mixed = await stand.engine.mix([one, other], [1, 3])
    assert (await stand.engine.mix([other, one], [3, 1])).sha256 == mixed.sha256
    assert (await stand.engine.mix([one, other], [0.25, 0.75])).sha256 == mixed.sha256
    assert (await stand.engine.mix([one, other], [3, 1])).sha256 != mixed.sha256


async def test_a_mix_speaks_and_is_carried_by_clients(stand: Stand) -> None:
    one, other = ends(stand)
    mixed = await stand.engine.mix([one, other], [2, 1])
    assert mixed.sha256 not in {one.sha256, other.sha256}
    assert mixed.fingerprint == stand.engine.card.fingerprint
    carried = {name: np.array(array.tolist(), "f4") for name, array in mixed.arrays.items()}
    assert (await stand.engine.recall(carried)).sha256 == mixed.sha256
    assert (await heard(stand, replace(stand.line(), timbre=mixed)))[-1].last


async def test_timbres_of_another_engine_are_not_mixed(stand: Stand) -> None:
    noise = np.random.default_rng(1).standard_normal((33, 1024)).astype(np.float32)
    arrays = {"gpt_cond_latent": noise[:32], "speaker_embedding": noise[32, :512]}
    with pytest.raises(LatentsForeignError):
        await stand.engine.mix([ends(stand)[0], Timbre("other/1", arrays)], [1, 1])
