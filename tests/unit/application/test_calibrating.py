import asyncio
import logging
from dataclasses import replace

import numpy as np
import pytest
from typing_extensions import override

from application.calibrating import _crowded
from application.voices import Draft
from domain.access import HOUSE
from domain.errors import (
    EngineBusyError,
    EngineFailedError,
    PreviewMissingError,
    StoreFullError,
    VoiceUnknownError,
)
from domain.events import VoiceFoundUnusable
from domain.ports import Chunk, Pulse, SpokenLine
from domain.voice import Voice
from tests.fakes.engine import FakeEngine, FakeLine, timbre
from tests.fakes.studio import upload
from tests.integration.waiting import until
from tests.unit.application.house import House

ANOTHER = SpokenLine("another", 0, "Somebody else has much to say here.", "en", timbre())


class Talker(FakeEngine):
    """Speaks eight times as long as the other, so that there is something to measure."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 8
        self.level = 1.0
        self.busy = 0

    @override
    def speak(self, line: SpokenLine) -> FakeLine:
        if self.busy and line.stream != "another":
            self.busy -= 1
            raise EngineBusyError(0.1)
        return TalkersLine(self, line)


class TalkersLine(FakeLine):
    @override
    def _chunk(self) -> Chunk:
        engine, chunk = self.engine, super()._chunk()
        assert isinstance(engine, Talker)
        return replace(chunk, samples=np.tile(chunk.samples, engine.times) * engine.level)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_LOOK_S", "_OTHERS_LOOK_S"):
        monkeypatch.setattr(f"application.calibrating.{name}", 0.001)


async def saved(house: House, voice_id: str = "ana", language: str | None = None) -> Voice:
    clone = await house.voices.clone([upload(4)])
    return await house.voices.save(clone, Draft(voice_id, language=language))


async def preview(house: House, voice_id: str = "ana") -> bytes | None:
    kept = await house.store.preview(HOUSE, voice_id)
    return kept.flac if kept else None


async def settled(house: House) -> None:
    """Wait until nobody waits to be calibrated."""
    calibrating = house.calibrating
    await until(lambda: not calibrating._waiting and calibrating._heard is None)


async def test_a_new_voice_speaks_a_line_in_its_language_and_is_heard_out() -> None:
    engine = Talker()
    house = House(engine=engine)
    async with house.calibrating:
        await saved(house, language="pt")
        await settled(house)
    (line,) = engine.spoken
    assert (line.language, line.timbre.sha256) == ("pt", timbre(1.0).sha256)
    assert line.lead_s > 0
    learnt, _ = await house.loudness.of(timbre(1.0))
    assert learnt is not None
    assert (learnt.utterances, learnt.seconds > 1) == (1, True)
    kept = await house.voices.preview(HOUSE, "ana")
    assert kept.rate_hz == 24_000
    assert kept.seconds == pytest.approx(len(line.text) * 0.08)
    assert house.events(VoiceFoundUnusable) == []


async def test_it_waits_until_nobody_else_speaks() -> None:
    engine = Talker()
    house = House(engine=engine)
    async with house.calibrating:
        async with engine.speak(ANOTHER):
            await saved(house)
            await asyncio.sleep(0.05)
            assert [line.line.stream for line in engine.lines] == ["another"]
        await settled(house)
    assert await preview(house)


async def test_it_leaves_as_soon_as_somebody_else_comes_and_tries_again() -> None:
    engine = Talker()
    house = House(engine=engine)
    engine.pause_after(2)
    async with house.calibrating:
        await saved(house)
        await until(lambda: not engine.running.is_set())
        async with engine.speak(ANOTHER):
            await until(lambda: [line.line.stream for line in engine.lines] == ["another"])
            assert await preview(house) is None
            engine.running.set()
        await settled(house)
    assert await preview(house)
    assert house.events(VoiceFoundUnusable) == []


async def test_it_does_not_take_itself_for_somebody_else_while_it_waits_in_line() -> None:
    engine = Talker()
    engine.slots = 0
    house = House(engine=engine)
    async with house.calibrating:
        await saved(house)
        await until(lambda: bool(engine.lines))
        (line,) = engine.lines
        await asyncio.sleep(0.02)
        assert engine.lines == [line]
        engine.slots = 2
        line.changed.set()
        await settled(house)
    assert await preview(house)


@pytest.mark.parametrize(
    ("speaking", "waiting", "crowded"),
    [
        (0, (), False),
        (1, (), False),
        (0, ("calibration",), False),
        (2, (), True),
        (1, ("calibration",), True),
        (1, ("another",), True),
        (0, ("calibration", "another"), True),
    ],
)
def test_somebody_else_is_whoever_is_not_the_line_itself(
    speaking: int, waiting: tuple[str, ...], *, crowded: bool
) -> None:
    pulse = Pulse(
        alive=True, speaking=speaking, waiting=waiting, expected_wait_s=0, last_step_age_s=0
    )
    assert _crowded(pulse) is crowded


async def test_who_is_interrupted_again_and_again_gives_up() -> None:
    engine = Talker()
    engine.busy = 1000
    house = House(engine=engine)
    async with house.calibrating:
        await saved(house)
        await settled(house)
    assert engine.busy == 1000 - 21
    assert house.events(VoiceFoundUnusable) == []


async def test_a_line_that_fails_twice_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    engine = Talker()
    engine.broken = EngineFailedError("The line could not be spoken.")
    house = House(engine=engine)
    async with house.calibrating:
        await saved(house)
        # a broken engine is not alive, and nobody is calibrated until it is
        await asyncio.sleep(0.02)
        assert house.events(VoiceFoundUnusable) == []
    talker = FailingTalker()
    house = House(engine=talker)
    async with house.calibrating:
        await saved(house)
        await settled(house)
    assert talker.failures == 2
    assert house.events(VoiceFoundUnusable) == [VoiceFoundUnusable("ana", "It broke.")]
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "'ana' is unusable" in caplog.text


class FailingTalker(Talker):
    def __init__(self) -> None:
        super().__init__()
        self.failures = 0

    @override
    def speak(self, line: SpokenLine) -> FakeLine:
        self.failures += 1
        raise EngineFailedError("It broke.")


@pytest.mark.parametrize(("times", "level"), [(1, 1.0), (8, 0.0), (8, 0.02), (0, 1.0)])
async def test_a_voice_that_hardly_makes_a_sound_is_unusable(times: int, level: float) -> None:
    engine = Talker()
    engine.times, engine.level = times, level
    house = House(engine=engine)
    async with house.calibrating:
        await saved(house)
        await settled(house)
    (event,) = house.events(VoiceFoundUnusable)
    assert isinstance(event, VoiceFoundUnusable)
    assert "of speech in it" in event.reason
    assert await preview(house) is None
    assert (await house.loudness.of(timbre(1.0)))[0] is None


async def test_a_fault_of_the_house_does_not_end_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    engine = RaisingTalker()
    house = House(engine=engine)
    async with house.calibrating:
        await saved(house)
        await settled(house)
        engine.faulty = False
        await saved(house, "bob")
        await settled(house)
    assert "could not be calibrated" in caplog.text
    assert await preview(house, "bob")


class RaisingTalker(Talker):
    faulty = True

    @override
    def speak(self, line: SpokenLine) -> FakeLine:
        if self.faulty:
            raise ZeroDivisionError
        return super().speak(line)


async def test_a_preview_that_cannot_be_kept_costs_only_itself() -> None:
    house = House(engine=Talker())
    await saved(house)
    house.studio.broken = StoreFullError()
    async with house.calibrating:
        await settled(house)
    assert await preview(house) is None
    assert (await house.loudness.of(timbre(1.0)))[0] is not None


async def test_a_voice_deleted_meanwhile_is_passed_over() -> None:
    engine = Talker()
    house = House(engine=engine)
    async with house.calibrating:
        async with engine.speak(ANOTHER):
            voice = await saved(house)
            await house.voices.delete(HOUSE, "ana")
            house.calibrating.ask(replace(voice, id="bob"))
        await settled(house)
    assert house.events(VoiceFoundUnusable) == []


async def test_the_oldest_are_dropped_where_too_many_wait() -> None:
    house = House()
    voice = await saved(house)
    for number in range(150):
        house.calibrating.ask(replace(voice, id=f"v{number}"))
    waiting = [voice_id for _, voice_id in house.calibrating._waiting]
    assert waiting == [f"v{number}" for number in range(50, 150)]


async def test_asking_for_a_preview_has_it_made_once() -> None:
    engine = Talker()
    house = House(engine=engine)
    await saved(house)
    house.calibrating._waiting.clear()
    with pytest.raises(PreviewMissingError, match="some seconds"):
        await house.voices.preview(HOUSE, "ana")
    engine.running.clear()
    async with house.calibrating:
        await until(lambda: bool(engine.lines))
        with pytest.raises(PreviewMissingError):
            await house.voices.preview(HOUSE, "ana")
        engine.running.set()
        await settled(house)
    assert len(engine.spoken) == 1
    assert (await house.voices.preview(HOUSE, "ana")).flac == await preview(house)
    with pytest.raises(VoiceUnknownError):
        await house.voices.preview(HOUSE, "nobody")
    with pytest.raises(VoiceUnknownError):
        await house.voices.preview("them", "ana")


async def test_where_it_is_not_wanted_nobody_speaks_and_that_is_said() -> None:
    house = House(engine=Talker(), calibrate=False)
    async with house.calibrating:
        await saved(house)
        assert not house.calibrating._waiting
        with pytest.raises(PreviewMissingError, match="RHAPSODE_CALIBRATE_VOICES"):
            await house.voices.preview(HOUSE, "ana")


async def test_it_stops_at_once_and_frees_the_engine() -> None:
    engine = Talker()
    engine.running.clear()
    house = House(engine=engine)
    async with house.calibrating:
        await saved(house)
        await until(lambda: bool(engine.lines))
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 0.5
    assert engine.lines == []
