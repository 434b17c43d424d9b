import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import numpy as np
import pytest
from typing_extensions import override

from application.turns import Turns
from domain.access import HOUSE
from domain.errors import (
    EngineBusyError,
    EngineFailedError,
    InputError,
    LanguageUnknownError,
    LatentsForeignError,
    SessionExistsError,
    SpeechCancelledError,
    TextTooLongError,
    VoiceUnknownError,
)
from domain.events import (
    AudioContinued,
    FirstAudio,
    SpeechFinished,
    SpeechQueued,
    SpeechRefused,
)
from domain.pieces import Pauses
from domain.ports import Chunk, SpokenLine
from domain.script import Rest, Say, Script
from domain.session import SessionState
from domain.speech import SpeechRequest, SpeechSettings
from tests.fakes.engine import FakeEngine, FakeLine, timbre
from tests.unit.application.house import House, expected, hear


class LoudEngine(FakeEngine):
    """An engine that is at its loudest from the first sample to the last."""

    @override
    def speak(self, line: SpokenLine) -> "_LoudLine":
        return _LoudLine(self, line)


class _LoudLine(FakeLine):
    @override
    async def __anext__(self) -> Chunk:
        chunk = await super().__anext__()
        return replace(chunk, samples=np.ones_like(chunk.samples))


ONE = "This is the first sentence."
TWO = "This is the second one."
THREE = "And here is a third."


async def test_sentences_are_heard_in_order_with_their_pauses() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO} {THREE}"))
    sound = await hear(stream)
    np.testing.assert_array_equal(sound, expected(ONE, 0.25, TWO, 0.25, THREE))
    assert stream.session.state is SessionState.DONE
    assert stream.session.progress == 1.0


async def test_pauses_are_as_long_as_the_house_says() -> None:
    house = House(pauses=Pauses(sentence_s=0.0, paragraph_s=1.0))
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO}\n\n{THREE}"))
    np.testing.assert_array_equal(await hear(stream), expected(ONE, TWO, 1.0, THREE))


@pytest.mark.parametrize("step", [1, 10, 1000])
async def test_lines_that_begin_and_end_in_mid_sound_are_joined_without_a_click(step: int) -> None:
    house = House(engine=LoudEngine(step=step), pauses=Pauses(paragraph_s=0.0))
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO}\n\n{THREE}"))
    sound = await hear(stream)
    assert len(sound) == len(expected(ONE, 0.25, TWO, THREE))
    assert sound[0] == sound[-1] == 0.0
    assert np.abs(np.diff(sound)).max() < 0.02
    assert np.mean(np.abs(sound) > 0.99) > 0.7


async def test_the_next_sentence_is_made_while_the_first_is_heard() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO} {THREE}"))
    assert [line.line.index for line in house.engine.lines] == [0, 1]
    await stream.aclose()


async def test_a_line_ahead_is_needed_once_the_sound_before_it_is_heard() -> None:
    house = House()
    settings = SpeechSettings(speed=2.0)
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO}", settings=settings))
    given_s, rest_s = 0.1, len(ONE) / 30 - 0.1
    assert house.engine.lines[1].line.lead_s == pytest.approx(given_s + rest_s + 0.25)
    await stream.aclose()


async def test_an_engine_with_one_slot_still_speaks_all() -> None:
    house = House(engine=FakeEngine(slots=1, max_waiting=0))
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO}"))
    np.testing.assert_array_equal(await hear(stream), expected(ONE, 0.25, TWO))


async def test_a_later_line_waits_for_a_busy_engine_and_gives_up_in_the_end() -> None:
    house = House(engine=FakeEngine(slots=1, max_waiting=0))
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO}"))
    await anext(stream)
    await anext(stream)
    house.engine.max_waiting = -1
    await anext(stream)
    house.engine.refused.clear()
    waiting = asyncio.create_task(anext(stream, None))
    await house.engine.refused.wait()
    assert not waiting.done()
    house.clock.turn(31)
    with pytest.raises(EngineBusyError):
        await waiting
    assert stream.session.state is SessionState.FAILED


async def test_settings_and_voice_reach_the_engine() -> None:
    house = House()
    settings = SpeechSettings(speed=1.5, temperature=0.3)
    request = SpeechRequest(ONE, language="DE", voice="ana florence", settings=settings)
    await hear(await house.speaking.begin(request))
    (line,) = house.engine.spoken
    assert (line.language, line.rate, line.settings) == ("de", 1.5, settings)
    assert line.timbre.arrays["speaker_embedding"][1] == 2.0


async def test_latents_stand_in_for_a_voice() -> None:
    house = House()
    await hear(await house.speaking.begin(SpeechRequest(ONE, latents=timbre(5.0).arrays)))
    assert house.engine.spoken[0].timbre.arrays["speaker_embedding"][1] == 5.0


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (SpeechRequest("x" * 1001), TextTooLongError),
        (SpeechRequest(" \n "), InputError),
        (SpeechRequest(ONE, language="klingon"), LanguageUnknownError),
        (SpeechRequest(ONE, voice="nobody"), VoiceUnknownError),
        (SpeechRequest(ONE, voice="../../etc/passwd"), VoiceUnknownError),
        (
            SpeechRequest(ONE, latents={"speaker_embedding": np.zeros(3, np.float32)}),
            LatentsForeignError,
        ),
    ],
)
async def test_what_cannot_be_spoken_never_reaches_the_engine(
    request_: SpeechRequest,
    error: type[Exception],
) -> None:
    house = House()
    with pytest.raises(error):
        await house.speaking.begin(request_)
    assert house.engine.lines == []
    assert house.sessions.active == 0
    assert len(house.events(SpeechRefused)) == 1


async def test_a_busy_engine_refuses_at_once_and_keeps_nothing() -> None:
    house = House(engine=FakeEngine(slots=1, max_waiting=0))
    first = await house.speaking.begin(SpeechRequest(ONE))
    with pytest.raises(EngineBusyError) as refused:
        await house.speaking.begin(SpeechRequest(TWO))
    assert refused.value.retry_after_s == 1.0
    assert house.sessions.active == 1
    assert house.events(SpeechRefused) == [SpeechRefused("busy")]
    await first.aclose()
    assert house.engine.lines == []


async def test_cancelling_frees_the_engine_and_ends_the_sound() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO}"))
    await house.sessions.cancel(HOUSE, stream.session.id)
    assert house.engine.lines == []
    assert len(await hear(stream)) <= len(expected(ONE[:10]))
    assert stream.session.state is SessionState.CANCELLED
    (finished,) = house.events(SpeechFinished)
    assert isinstance(finished, SpeechFinished)
    assert (finished.outcome, finished.stage) == ("cancelled", "speaking")


async def test_a_listener_who_waits_is_told_of_the_cancel() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO}"))
    await anext(stream)
    house.engine.running.clear()
    listening = asyncio.create_task(anext(stream, None))
    await asyncio.sleep(0)
    await stream.cancel()
    assert await listening is None


async def test_a_long_chunk_is_finished_in_several_turns_and_heard_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text, turns = "a" * 100 + ".", list[float]()

    async def counted(
        lead_s: float, take: Callable[[Turns, float], Awaitable[None]] = Turns.take
    ) -> None:
        turns.append(lead_s)
        await take(house.turns, lead_s)

    house = House(engine=FakeEngine(step=200))
    monkeypatch.setattr(house.turns, "take", counted)
    stream = await house.speaking.begin(SpeechRequest(text))
    assert len(turns) == 4
    sounds = [sound async for sound in stream]
    assert len(sounds) == 1
    np.testing.assert_array_equal(sounds[0].pcm.samples, expected(text))
    assert "".join(word.text for word in sounds[0].words) == text


async def test_sound_that_waits_to_be_finished_is_heard_no_more_after_a_cancel() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO}"))
    await anext(stream)
    # another stream's turn
    await house.turns.take(0.0)
    listening = asyncio.create_task(anext(stream, None))
    await asyncio.sleep(0)
    await stream.cancel()
    assert await listening is None
    assert isinstance(house.bus.heard[-1], SpeechFinished)


async def test_a_stream_cancelled_while_it_waits_never_begins() -> None:
    house = House()
    house.engine.running.clear()
    beginning = asyncio.create_task(house.speaking.begin(SpeechRequest(ONE, session_id="s")))
    await house.engine.entered.wait()
    await house.sessions.cancel(HOUSE, "s")
    with pytest.raises(SpeechCancelledError):
        await beginning
    assert house.events(SpeechRefused) == [SpeechRefused("cancelled")]


async def test_a_caller_who_gives_up_while_waiting_leaves_nothing_behind() -> None:
    house = House()
    house.engine.running.clear()
    beginning = asyncio.create_task(house.speaking.begin(SpeechRequest(ONE, session_id="s")))
    await house.engine.entered.wait()
    beginning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beginning
    assert house.engine.lines == []
    assert house.sessions.active == 0
    assert (await house.sessions.status(HOUSE, "s")).session.state is SessionState.CANCELLED


async def test_an_engine_that_breaks_fails_this_stream() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO}"))
    house.engine.broken = EngineFailedError("The engine broke.")
    with pytest.raises(EngineFailedError):
        await hear(stream)
    assert stream.session.state is SessionState.FAILED
    assert house.engine.lines == []


async def test_a_living_session_id_is_refused_and_an_ended_one_may_return() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest(ONE, session_id="mine"))
    with pytest.raises(SessionExistsError):
        await house.speaking.begin(SpeechRequest(TWO, session_id="mine"))
    await hear(stream)
    await hear(await house.speaking.begin(SpeechRequest(TWO, session_id="mine")))


async def test_events_tell_the_whole_story_in_order() -> None:
    house = House(engine=FakeEngine(step=9))
    stream = await house.speaking.begin(SpeechRequest(ONE))
    first = await anext(stream)
    house.clock.turn(first.pcm.seconds + 1)
    await hear(stream)
    kinds = [type(event) for event in house.bus.heard]
    assert kinds == [SpeechQueued, FirstAudio, AudioContinued, AudioContinued, SpeechFinished]
    starved = [event.starved for event in house.bus.heard if isinstance(event, AudioContinued)]
    assert starved == [True, True]
    finished = house.bus.heard[-1]
    assert isinstance(finished, SpeechFinished)
    assert finished.outcome == "done"
    assert finished.audio_s == pytest.approx(len(ONE) / 100)
    assert finished.chunks == 3


async def test_closing_twice_or_after_the_end_changes_nothing() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest(ONE))
    await hear(stream)
    await stream.aclose()
    await stream.aclose()
    assert stream.session.state is SessionState.DONE
    assert len(house.events(SpeechFinished)) == 1


async def test_each_sound_tells_of_which_passage_it_is() -> None:
    house = House(engine=FakeEngine(step=10))
    stream = await house.speaking.begin(SpeechRequest(text="One sentence here. Another one there."))
    told = [sound.passage async for sound in stream]
    assert stream.passages == ("One sentence here.", "Another one there.")
    assert told == [0, 0, 1, 1]


async def test_a_stream_is_needed_once_what_is_heard_before_it_has_been() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest(ONE), before_s=2.0)
    [line] = house.engine.spoken
    assert line.lead_s == pytest.approx(2.0)
    await stream.aclose()


async def test_the_lead_before_a_stream_melts_with_time_and_never_below_nothing() -> None:
    house = House(engine=FakeEngine(step=1000))
    house.engine.running.clear()
    beginning = asyncio.create_task(
        house.speaking.begin(SpeechRequest(f"{ONE} {TWO}"), before_s=2.0)
    )
    await house.engine.entered.wait()
    house.clock.turn(5.0)
    house.engine.running.set()
    stream = await beginning
    await asyncio.sleep(0)
    leads = [each.line.lead_s for each in house.engine.lines]
    assert leads == [pytest.approx(len(ONE) / 100 + 0.25, abs=0.01)]
    await stream.aclose()


async def test_what_its_sender_has_understood_is_not_read_again() -> None:
    house = House()
    script = Script((Say(ONE), Rest(0.5), Say(TWO)), ("odd",))
    stream = await house.speaking.begin(SpeechRequest("<speak>", script=script))
    np.testing.assert_array_equal(await hear(stream), expected(ONE, 0.5, TWO))
    assert stream.warnings == ("odd",)
    assert house.markup.languages == []


async def test_a_script_is_held_to_the_same_lengths_as_a_text() -> None:
    house = House(longest_text=10)
    with pytest.raises(TextTooLongError):
        await house.speaking.begin(SpeechRequest("", script=Script((Say("a" * 11),))))
    pauses = Script((Say("Hi"), Rest(601.0)))
    with pytest.raises(InputError, match="601 s"):
        await house.speaking.begin(SpeechRequest("Hi", script=pauses))
    assert house.sessions.active == 0


async def test_a_stream_tells_how_long_it_will_be_heard_and_whether_all_of_it_is_submitted() -> (
    None
):
    house = House()
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO} {THREE}"))
    at_first = stream.all_submitted
    assert not at_first
    assert stream.until_end_s == pytest.approx(len(ONE + TWO + THREE) / 15 + 0.5, abs=0.02)
    async for _ in stream:
        pass
    assert stream.all_submitted
    assert stream.until_end_s == 0.0


async def test_a_stream_that_was_left_needs_no_seat_any_more() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest(f"{ONE} {TWO} {THREE}"))
    await stream.aclose()
    assert stream.all_submitted
    assert stream.until_end_s == 0.0
