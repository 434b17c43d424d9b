"""Live speech as packets: arithmetic ones over a fake studio, encoded ones over a program's."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

import numpy as np
import pytest

from application.live import Flushed, LiveSpeech
from application.packing import Packet, Packing
from domain.audio import to_int16
from domain.errors import EngineFailedError, StudioBusyError, VoiceUnknownError
from domain.formats import AudioFormat, format_named
from domain.script import Mark, Say, Script
from domain.speech import Finish, SpeechRequest
from tests.fakes.engine import FakeEngine
from tests.unit.application.house import House, expected

ONE, TWO = "One is here.", "And two is too."
PCM, AAC = format_named("pcm_24000"), format_named("aac_24000_64")


def asked(text: str, to: AudioFormat = PCM) -> SpeechRequest:
    return SpeechRequest(text, script=Script((Say(text),)), finish=Finish(to=to))


def live(house: House) -> LiveSpeech:
    return LiveSpeech(house.speaking, house.clock, house.pauses)


def packing(
    house: House, to: AudioFormat = PCM, longest_s: float = 0.06, sounds: Sequence[int] = (1,)
) -> Packing:
    return Packing(house.studio, to, longest_s, sounds)


async def packets_of(
    house: House, *texts: str | None, sounds: Sequence[int] = (1,)
) -> list[Packet | Flushed]:
    """Say texts, and flush where there is none."""
    async with live(house) as speech:
        for text in texts:
            speech.flush() if text is None else speech.say(asked(text))
        speech.end()
        async with aclosing(packing(house, sounds=sounds).packets(speech)) as packets:
            return [packet async for packet in packets]


def told(packets: Sequence[Packet | Flushed]) -> str:
    return "".join(
        packet.captions.sent.text
        for packet in packets
        if isinstance(packet, Packet) and packet.captions
    )


def data(packets: Sequence[Packet | Flushed]) -> bytes:
    return b"".join(packet.data for packet in packets if isinstance(packet, Packet))


async def noted(
    every: AsyncIterator[Packet | Flushed],
    into: list[Packet | Flushed],
    house: House | None = None,
    breaks: Exception | None = None,
) -> None:
    """Note what comes; at the first of it the engine of the house breaks, if it is to."""
    async for each in every:
        into.append(each)
        if house is not None:
            house.engine.broken = breaks


async def settled() -> None:
    for _ in range(200):
        await asyncio.sleep(0)


@asynccontextmanager
async def left_behind_nothing(house: House) -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    assert house.engine.lines == []
    assert house.sessions.active == 0
    assert house.studio.encoders == []
    await settled()
    assert asyncio.all_tasks() == before


async def test_packets_are_the_sound_and_none_is_too_long() -> None:
    house = House()
    async with left_behind_nothing(house):
        packets = await packets_of(house, ONE, TWO)
    assert data(packets) == to_int16(expected(ONE, 0.25, TWO))
    at_s = 0.0
    for packet in packets:
        assert isinstance(packet, Packet)
        assert packet.seconds <= 0.06
        assert packet.seconds == pytest.approx(len(packet.data) / 2 / 24_000)
        assert packet.begins_s == pytest.approx(at_s)
        at_s += packet.seconds
    assert told(packets) == f"{ONE} {TWO} "


async def test_a_flush_stands_behind_all_that_was_said_before_it() -> None:
    house = House()
    packets = await packets_of(house, ONE, None, TWO, None)
    [first, second] = [at for at, each in enumerate(packets) if isinstance(each, Flushed)]
    assert data(packets[:first]) == to_int16(expected(ONE))
    assert second == len(packets) - 1


async def test_sounds_are_gathered_as_asked_and_a_flush_lets_them_go() -> None:
    house = House(engine=FakeEngine(step=2))
    gathering = packing(house, sounds=(1, 3))
    async with live(house) as speech:
        speech.say(asked(ONE))
        speech.flush()
        speech.end()
        async with aclosing(gathering._gathered(speech)) as every:
            gathered = [each async for each in every]
    lengths = [round(each.pcm.seconds, 3) for each in gathered if not isinstance(each, Flushed)]
    assert lengths == [0.015, 0.06, 0.045]
    assert isinstance(gathered[-1], Flushed)


async def test_marks_come_with_the_sound_they_lie_in() -> None:
    house = House()
    items = (Mark("a"), Say("One two "), Mark("b"), Say("three."), Mark("c"))
    async with live(house) as speech:
        speech.say(SpeechRequest("One two three.", script=Script(items)))
        speech.end()
        async with aclosing(packing(house).packets(speech)) as packets:
            every = [each async for each in packets]
    marks = [mark for each in every if isinstance(each, Packet) for mark in each.marks]
    assert [mark.name for mark in marks] == ["a", "b", "c"]


@pytest.mark.parametrize("to", [PCM, AAC], ids=lambda to: to.name)
async def test_what_was_made_goes_out_before_a_failure_is_told(to: AudioFormat) -> None:
    house, packets = House(), list[Packet | Flushed]()
    gathering = packing(house, to, sounds=(100,))
    async with left_behind_nothing(house), live(house) as speech:
        speech.say(asked(ONE, to))
        speech.say(SpeechRequest("Hi", voice="nobody"))
        async with aclosing(gathering.packets(speech)) as every:
            with pytest.raises(VoiceUnknownError):
                await noted(every, packets)
    assert told(packets) == f"{ONE} "


@pytest.mark.parametrize("to", [PCM, AAC], ids=lambda to: to.name)
async def test_a_fault_of_ours_holds_nobody_up(to: AudioFormat) -> None:
    house = House(engine=FakeEngine(step=2))
    async with left_behind_nothing(house), live(house) as speech:
        speech.say(asked(ONE * 5, to))
        async with aclosing(packing(house, to).packets(speech)) as every, asyncio.timeout(5):
            with pytest.raises(ZeroDivisionError):
                await noted(every, [], house, ZeroDivisionError())


async def test_every_flush_has_an_encoder_of_its_own() -> None:
    house = House()
    async with left_behind_nothing(house), live(house) as speech:
        for text in (ONE, TWO):
            speech.say(asked(text, AAC))
            speech.say(asked(text, AAC))
            speech.flush()
        speech.end()
        async with aclosing(packing(house, AAC).packets(speech)) as every:
            packets = [packet async for packet in every]
    assert house.studio.started == 2
    assert told(packets) == f"{ONE} {ONE} {TWO} {TWO} "
    assert sum(isinstance(each, Flushed) for each in packets) == 2


async def test_an_encoder_that_breaks_off_is_told_and_its_sound_let_go() -> None:
    house = House(engine=FakeEngine(step=2))
    house.engine.pause_after(2)
    async with left_behind_nothing(house), live(house) as speech:
        speech.say(asked(ONE * 5, AAC))
        async with aclosing(packing(house, AAC).packets(speech)) as every, asyncio.timeout(5):
            heard: list[Packet | Flushed] = []
            listening = asyncio.create_task(noted(every, heard))
            await house.studio.starting.wait()
            await settled()
            await house.studio.encoders[0].break_off()
            house.engine.running.set()
            with pytest.raises(StudioBusyError):
                await listening


async def test_an_engine_that_breaks_is_told_behind_what_was_encoded() -> None:
    house, heard = House(engine=FakeEngine(step=2)), list[Packet | Flushed]()
    async with left_behind_nothing(house), live(house) as speech:
        speech.say(asked(ONE * 5, AAC))
        async with aclosing(packing(house, AAC).packets(speech)) as every, asyncio.timeout(5):
            with pytest.raises(EngineFailedError):
                await noted(every, heard, house, EngineFailedError("It broke."))
    assert heard


@pytest.mark.parametrize("to", [PCM, AAC], ids=lambda to: to.name)
@pytest.mark.parametrize("again", [None, 0, 1, 2])
@pytest.mark.parametrize("steps", [*range(0, 60, 3), 90, 150])
async def test_leaving_at_any_moment_leaves_nothing_behind(
    to: AudioFormat, again: int | None, steps: int
) -> None:
    house = House(engine=FakeEngine(step=2))

    async def listen() -> None:
        async with live(house) as speech:
            for text in (ONE, TWO, ONE):
                speech.say(asked(text, to))
                speech.flush()
            async with aclosing(packing(house, to).packets(speech)) as every:
                async for _ in every:
                    await asyncio.sleep(0)

    async with left_behind_nothing(house):
        listening = asyncio.create_task(listen())
        for _ in range(steps):
            await asyncio.sleep(0)
        listening.cancel()
        if again is not None:
            for _ in range(again):
                await asyncio.sleep(0)
            listening.cancel()
        await asyncio.wait({listening})
        assert listening.cancelled()


@pytest.mark.parametrize("to", [PCM, AAC], ids=lambda to: to.name)
async def test_who_reads_no_packet_has_only_so_much_made(to: AudioFormat) -> None:
    house = House(engine=FakeEngine(step=1))
    async with left_behind_nothing(house), live(house) as speech:
        speech.say(asked("a" * 100 + "." + "b" * 100, to))
        async with aclosing(packing(house, to).packets(speech)) as every, asyncio.timeout(5):
            # what an encoder makes of so little shows only at its end
            first = asyncio.ensure_future(anext(every, None))
            await settled()
            made = house.engine.spoken
            assert len(made) <= 2
            if to is AAC:
                first.cancel()
                await asyncio.wait({first})
            else:
                assert isinstance(await first, Packet)
                [session] = house.sessions._living.values()
                assert session[0].chunks <= 2


def test_the_last_number_of_sounds_holds_for_all_packets_to_come() -> None:
    house = House()
    every = packing(house, sounds=(1, 3, 5))
    assert [every._wanted(packet) for packet in range(5)] == [1, 3, 5, 5, 5]
    assert packing(house, sounds=())._wanted(9) == 1
    assert np.isfinite(packing(house)._longest_s)
