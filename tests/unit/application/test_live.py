"""Speech whose text comes in pieces: one sound in order, and nothing left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import numpy as np
import pytest

from application.live import Flushed, LiveSpeech
from application.stream import SpeechStream
from domain.audio import Samples
from domain.errors import EngineBusyError, EngineFailedError, InputError, VoiceUnknownError
from domain.packets import Heard
from domain.script import Say, Script
from domain.speech import SpeechRequest
from tests.fakes.engine import FakeEngine
from tests.unit.application.house import House, expected

ONE, TWO, THREE = "One is here.", "Two is too,", "Three"
LOOKAHEAD_S = 0.006
"""The limiter keeps so much back while more is to come."""


def live(house: House, done: list[str] | None = None) -> LiveSpeech:
    told = done if done is not None else []
    return LiveSpeech(
        house.speaking, house.clock, house.pauses, lambda request: told.append(request.text)
    )


def asked(text: str) -> SpeechRequest:
    return SpeechRequest(text, script=Script((Say(text),)))


def sound(every: list[Heard | Flushed]) -> Samples:
    return np.concatenate([each.pcm.samples for each in every if isinstance(each, Heard)])


def characters(every: list[Heard | Flushed]) -> str:
    return "".join(
        caption.captions.sent.text
        for each in every
        if isinstance(each, Heard)
        for caption in each.captions
    )


async def all_of(speech: LiveSpeech) -> list[Heard | Flushed]:
    return [each async for each in speech.heard()]


async def noted(
    every: AsyncIterator[Heard | Flushed], into: list[Heard | Flushed], house: House | None = None
) -> None:
    """Note what comes; in a house that is given the engine breaks at the first of it."""
    async for each in every:
        into.append(each)
        if house is not None:
            house.engine.broken = EngineFailedError("It broke.")


async def settled() -> None:
    """Let every task go as far as it gets."""
    for _ in range(200):
        await asyncio.sleep(0)


@asynccontextmanager
async def left_behind_nothing(house: House) -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    assert house.engine.lines == []
    assert house.sessions.active == 0
    await settled()
    assert asyncio.all_tasks() == before


async def test_pieces_are_heard_in_order_with_the_pauses_of_their_marks() -> None:
    house, done = House(), list[str]()
    async with left_behind_nothing(house), live(house, done) as speech:
        for text in (ONE, TWO, THREE):
            speech.say(asked(text))
        speech.end()
        every = await all_of(speech)
    np.testing.assert_array_equal(sound(every), expected(ONE, 0.25, TWO, 0.1, THREE))
    assert done == [ONE, TWO, THREE]
    assert characters(every) == f"{ONE} {TWO} {THREE} "


async def test_every_sound_begins_where_the_one_before_it_ended() -> None:
    house = House()
    async with live(house) as speech:
        for text in (ONE, TWO, THREE):
            speech.say(asked(text))
        speech.end()
        every = await all_of(speech)
    at_s = 0.0
    for each in every:
        assert isinstance(each, Heard)
        assert each.begins_s == pytest.approx(at_s)
        at_s += each.pcm.seconds
        for caption in each.captions:
            assert each.begins_s <= caption.at_s <= at_s


async def test_flushes_come_behind_what_was_said_before_them() -> None:
    house = House()
    async with live(house) as speech:
        speech.flush("nothing yet")
        speech.say(asked(ONE))
        speech.flush("one")
        speech.flush("again")
        speech.say(asked(TWO))
        speech.end()
        every = await all_of(speech)
    order = [each.after if isinstance(each, Flushed) else "sound" for each in every]
    assert [each for at, each in enumerate(order) if not at or order[at - 1] != each] == [
        *("nothing yet", "sound", "one", "again", "sound")
    ]


async def test_sound_flows_while_more_text_is_to_come() -> None:
    house = House()
    async with live(house) as speech, aclosing(speech.heard()) as heard:
        speech.say(asked(ONE))
        assert isinstance(await anext(heard), Heard)
        waiting = asyncio.ensure_future(anext(heard))
        while not waiting.done():
            speech.say(asked(TWO))
            await settled()
        assert isinstance(waiting.result(), Heard)


async def test_one_piece_is_begun_ahead_and_no_more() -> None:
    house = House(engine=FakeEngine(slots=8))
    async with left_behind_nothing(house), live(house) as speech:
        async with aclosing(speech.heard()) as heard:
            for _ in range(20):
                speech.say(asked(ONE))
            await anext(heard)
            await settled()
            assert house.sessions.active == 2


async def test_a_piece_ahead_is_told_how_much_is_heard_before_it() -> None:
    house = House()
    async with live(house) as speech, aclosing(speech.heard()) as heard:
        speech.say(asked(ONE))
        await anext(heard)
        speech.say(asked(TWO))
        await settled()
        [line] = [each for each in house.engine.spoken if each.text == TWO]
        # nobody has heard yet how fast the engine speaks: fifteen characters a second is a guess
        assert line.lead_s == pytest.approx(len(ONE) / 15, abs=LOOKAHEAD_S)


async def test_silence_that_was_heard_already_is_part_of_the_pause() -> None:
    house = House()
    async with live(house) as speech, aclosing(speech.heard()) as heard:
        speech.say(asked(ONE))
        first = [await anext(heard) for _ in range(2)]
        await settled()
        house.clock.turn(0.12 + 0.2)
        speech.say(asked(TWO))
        second = await anext(heard)
        while isinstance(second, Heard) and not second.captions[0].captions.sent.text.strip():
            second = await anext(heard)
    assert len(sound(first)) == len(expected(ONE))
    assert isinstance(second, Heard)
    assert second.pcm.seconds == pytest.approx(0.05 + 0.1, abs=LOOKAHEAD_S)


async def test_what_prevents_a_piece_is_raised_behind_the_sound_before_it() -> None:
    house, heard = House(refuse_unknown=True), list[Heard | Flushed]()
    async with left_behind_nothing(house), live(house) as speech:
        speech.say(asked(ONE))
        speech.say(SpeechRequest("Hi", voice="nobody"))
        speech.say(asked(TWO))
        with pytest.raises(VoiceUnknownError):
            await noted(speech.heard(), heard)
    np.testing.assert_array_equal(sound(heard), expected(ONE))


async def test_an_engine_that_breaks_in_the_middle_is_told_behind_what_it_made() -> None:
    house, heard = House(), list[Heard | Flushed]()
    async with left_behind_nothing(house), live(house) as speech:
        speech.say(asked(ONE))
        speech.end()
        with pytest.raises(EngineFailedError):
            await noted(speech.heard(), heard, house)
    np.testing.assert_array_equal(sound(heard), expected(ONE)[: len(sound(heard))])
    assert heard


async def test_a_fault_of_ours_is_raised_too_and_holds_nobody_up() -> None:
    house = House()
    house.engine.broken = ZeroDivisionError()
    async with left_behind_nothing(house), live(house) as speech:
        speech.say(asked(ONE))
        with pytest.raises(ZeroDivisionError):
            async with asyncio.timeout(5):
                await all_of(speech)


async def test_a_text_without_a_sound_is_refused() -> None:
    house = House()
    async with live(house) as speech:
        speech.say(asked("..."))
        with pytest.raises(InputError):
            await all_of(speech)


async def test_a_piece_ahead_that_finds_no_room_is_begun_when_it_is_due() -> None:
    house = House(engine=FakeEngine(slots=1, max_waiting=0))
    async with left_behind_nothing(house), live(house) as speech:
        speech.say(asked(ONE))
        speech.say(asked(TWO))
        speech.end()
        every = await all_of(speech)
    assert house.engine.refused.is_set()
    np.testing.assert_array_equal(sound(every), expected(ONE, 0.25, TWO))


async def test_a_piece_that_is_due_and_finds_no_room_is_refused() -> None:
    house = House(engine=FakeEngine(slots=1, max_waiting=0))
    other = await house.speaking.begin(asked(ONE + ONE))
    async with live(house) as speech:
        speech.say(asked(TWO))
        with pytest.raises(EngineBusyError):
            await all_of(speech)
    await other.aclose()


async def test_who_cancels_a_session_ends_its_piece_alone() -> None:
    house, done = House(), list[str]()
    async with left_behind_nothing(house), live(house, done) as speech:
        speech.say(SpeechRequest(ONE * 5, session_id="first"))
        speech.say(asked(TWO))
        speech.end()
        every = []
        async for each in speech.heard():
            every.append(each)
            await house.sessions.cancel("house", "first")
    assert characters(every).endswith(f"{TWO} ")
    np.testing.assert_array_equal(sound(every)[-len(expected(TWO)) :], expected(TWO))
    assert done == [ONE * 5, TWO]


@pytest.mark.parametrize("steps", [*range(40), 60, 100, 200])
async def test_leaving_at_any_moment_frees_the_engine(steps: int) -> None:
    house = House(engine=FakeEngine(slots=2, step=3))

    async def listen() -> None:
        async with live(house) as speech:
            for text in (ONE, TWO, THREE, ONE):
                speech.say(asked(text))
            async with aclosing(speech.heard()) as heard:
                async for _ in heard:
                    await asyncio.sleep(0)

    async with left_behind_nothing(house):
        listening = asyncio.create_task(listen())
        for _ in range(steps):
            await asyncio.sleep(0)
        listening.cancel()
        await asyncio.wait({listening})
        assert listening.cancelled()


@pytest.mark.parametrize("steps", range(0, 60, 3))
@pytest.mark.parametrize("later", [0, 1, 2, 3])
async def test_who_is_cancelled_while_leaving_leaves_all_the_same(steps: int, later: int) -> None:
    house = House(engine=FakeEngine(slots=2, step=3))

    async def listen() -> None:
        async with live(house) as speech:
            for text in (ONE, TWO, THREE, ONE):
                speech.say(asked(text))
            await all_of(speech)

    async with left_behind_nothing(house):
        listening = asyncio.create_task(listen())
        for _ in range(steps):
            await asyncio.sleep(0)
        listening.cancel()
        for _ in range(later):
            await asyncio.sleep(0)
        listening.cancel()
        await asyncio.wait({listening})


async def test_leaving_while_a_piece_waits_for_the_engine_frees_it() -> None:
    house = House()
    house.engine.running.clear()
    async with left_behind_nothing(house):
        async with live(house) as speech:
            speech.say(asked(ONE))
            await house.engine.entered.wait()
        assert house.engine.lines == []


async def test_a_piece_that_was_begun_and_never_heard_is_let_go() -> None:
    house = House()
    async with left_behind_nothing(house):
        async with live(house) as speech:
            speech.say(asked(ONE))
            await settled()
            assert house.sessions.active == 1


async def test_a_stream_that_is_slow_to_close_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house, closed = House(), list[bool]()
    usual = SpeechStream.aclose

    async def slowly(stream: SpeechStream) -> None:
        await asyncio.sleep(0.05)
        await usual(stream)
        closed.append(True)

    monkeypatch.setattr(SpeechStream, "aclose", slowly)

    async def listen() -> None:
        async with live(house) as speech:
            speech.say(asked(ONE))
            speech.say(asked(TWO))
            async with aclosing(speech.heard()) as heard:
                await anext(heard)
                await asyncio.Event().wait()

    async with left_behind_nothing(house):
        listening = asyncio.create_task(listen())
        await settled()
        for _ in range(5):
            listening.cancel()
            await asyncio.sleep(0.01)
        await asyncio.wait({listening})
        assert closed == [True, True]


async def test_a_piece_ahead_takes_no_seat_that_the_one_before_it_needs() -> None:
    house = House(engine=FakeEngine(slots=2, max_waiting=20))
    sentences = [f"Sentence {word} is here." for word in ("one", "two", "three", "four", "five")]
    async with left_behind_nothing(house), live(house) as speech:
        for _ in range(3):
            speech.say(asked(" ".join(sentences)))
        speech.end()
        async with asyncio.timeout(5):
            every = await all_of(speech)
    assert len(sound(every)) == 3 * len(expected(*sentences)) + round(0.25 * 14 * 24_000)
    assert [line.text for line in house.engine.admitted] == sentences * 3
