"""Speech as the bytes of a format: streamed, or whole at its loudness."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from application.delivering import Delivering
from domain.audio import to_int16
from domain.errors import EngineBusyError, InputError, MarkupError, SpeechError, StudioBusyError
from domain.formats import AudioFormat, Codec
from domain.loudness import Learnt, Target
from domain.script import Mark, Prosody, Rest, Say, Script, TimedWord
from domain.session import SessionState
from domain.speech import Finish, SpeechRequest
from tests.fakes.engine import FakeEngine
from tests.fakes.markup import FakeMarkup
from tests.unit.application.house import House, expected

ONE, TWO = "Here we are now.", "And there they go."
SPOKEN = SpeechRequest(f"{ONE} {TWO}")


def delivering(house: House) -> Delivering:
    return Delivering(house.speaking, house.studio)


async def test_a_stream_is_its_samples_encoded() -> None:
    house = House()
    delivery = await delivering(house).begin(SPOKEN)
    async with delivery, asyncio.TaskGroup() as tasks:
        tasks.create_task(delivery.encode())
        heard = b""
        while data := await delivery.read():
            heard += data
    assert heard == to_int16(expected(ONE, 0.25, TWO))
    assert house.studio.encoders == []


async def test_the_encoder_begins_once_the_engine_has_taken_the_stream_in() -> None:
    house = House()
    house.engine.running.clear()
    beginning = asyncio.create_task(delivering(house).begin(SPOKEN))
    await house.engine.entered.wait()
    await house.studio.starting.wait()
    assert not beginning.done()
    house.engine.running.set()
    await (await beginning).aclose()


@pytest.mark.parametrize("wrong", [SpeechRequest("..."), replace(SPOKEN, voice="nobody")])
async def test_what_is_refused_starts_no_encoder(wrong: SpeechRequest) -> None:
    house = House()
    with pytest.raises(SpeechError):
        await delivering(house).begin(wrong)
    assert house.studio.started == 0


async def test_a_full_engine_starts_no_encoder() -> None:
    house = House(engine=FakeEngine(slots=0, max_waiting=0))
    with pytest.raises(EngineBusyError):
        await delivering(house).begin(SPOKEN)
    assert house.studio.started == 0


async def test_leaving_frees_the_engine_and_the_encoder() -> None:
    house = House()
    delivery = await delivering(house).begin(SPOKEN)
    await delivery.aclose()
    assert house.engine.lines == []
    assert house.studio.encoders == []
    assert delivery.stream.session.state is SessionState.CANCELLED


async def test_an_encoder_that_breaks_off_fails_who_reads() -> None:
    house = House()
    async with await delivering(house).begin(SPOKEN) as delivery:
        await house.studio.encoders[0].break_off()
        with pytest.raises(StudioBusyError):
            await delivery.read()


async def test_a_whole_speech_tells_what_is_in_it() -> None:
    house = House(
        markup=FakeMarkup({"<speak>x": Script((Say(ONE), Mark("m"), Rest(1.0), Say(TWO)), ("w",))})
    )
    made = await delivering(house).whole(SpeechRequest("<speak>x"))
    assert made.data == to_int16(expected(ONE, 1.0, TWO))
    assert made.seconds == pytest.approx(1.0 + (len(ONE) + len(TWO)) / 100)
    assert [(mark.name, mark.at_s) for mark in made.marks] == [("m", len(ONE) / 100)]
    assert made.warnings == ("w",)


async def test_a_whole_speech_is_brought_to_its_loudness() -> None:
    made = await delivering(House()).whole(
        replace(SPOKEN, finish=Finish(target=Target(-20.0), whole=True))
    )
    assert made.lufs == pytest.approx(-20.0, abs=0.1)


async def test_noise_is_taken_out_before_the_loudness_is_measured() -> None:
    house = House()
    plain = await delivering(house).whole(SPOKEN)
    cleaned = await delivering(house).whole(replace(SPOKEN, finish=Finish(denoise=True)))
    loud, quiet = (np.frombuffer(each.data, "<i2").astype(float) for each in (plain, cleaned))
    assert np.abs(loud - 2 * quiet).max() <= 2


async def test_the_rate_is_that_of_the_format() -> None:
    made = await delivering(House()).whole(
        replace(SPOKEN, finish=Finish(to=AudioFormat(Codec.PCM, 8_000)))
    )
    assert len(made.data) == pytest.approx(2 * 8_000 * made.seconds, abs=4)


async def test_markup_is_known_by_how_it_begins_unless_that_is_told() -> None:
    house = House(markup=FakeMarkup({"<speak>": Script((Say("marked up"),))}))
    for text, told, is_markup in (
        ("<speak>", None, True),
        ("  \n<SPEAK lang='en'>", None, True),
        ("<speaker>", None, False),
        ("a <speak>", None, False),
        ("<speak>", False, False),
        ("plain", True, True),
    ):
        assert SpeechRequest(text, markup=told).is_markup is is_markup, text
    assert house.speaking.understood(SpeechRequest("<speak>")).items == (Say("marked up"),)


async def test_a_voice_that_markup_names_must_exist() -> None:
    house = House(markup=FakeMarkup({"<speak>": Script((Say("Hello.", voice="nobody"),))}))
    with pytest.raises(MarkupError, match="nobody"):
        await house.speaking.begin(SpeechRequest("<speak>"))


async def test_silence_alone_is_no_speech() -> None:
    house = House(markup=FakeMarkup({"<speak>": Script((Rest(1.0),))}))
    with pytest.raises(InputError, match="empty"):
        await house.speaking.begin(SpeechRequest("<speak>"))


async def test_prosody_and_speed_multiply() -> None:
    house = House(markup=FakeMarkup({"<speak>": Script((Say(ONE, Prosody(rate=1.5)),))}))
    settings = replace(SPOKEN.settings, speed=1.2)
    stream = await house.speaking.begin(SpeechRequest("<speak>", settings=settings))
    await stream.aclose()
    assert house.engine.spoken[0].rate == pytest.approx(1.8)


async def test_words_are_given_once_with_the_sound_they_begin_in() -> None:
    house = House()
    delivery = await delivering(house).begin(SPOKEN)
    async with delivery, asyncio.TaskGroup() as tasks:
        tasks.create_task(delivery.encode())
        heard = 0
        given: tuple[TimedWord, ...] = ()
        while data := await delivery.read():
            heard += len(data)
            until_s = heard / 48_000
            given += (now := delivery.words(until_s))
            assert all(word.start_s < until_s for word in now)
        given += delivery.words()
    assert delivery.seconds == pytest.approx(heard / 48_000)
    assert "".join(word.text for word in given) == f"{ONE}{TWO}"
    assert delivery.stream.text == f"{ONE} {TWO}"
    assert delivery.words() == ()


async def test_a_whole_speech_says_what_was_spoken() -> None:
    made = await delivering(House()).whole(SPOKEN)
    assert made.text == f"{ONE} {TWO}"


async def test_markup_of_mostly_silence_is_refused() -> None:
    silence_s = Script(tuple(item for _ in range(61) for item in (Say("a"), Rest(10.0))))
    house = House(markup=FakeMarkup({"<speak>": silence_s}))
    with pytest.raises(MarkupError, match="610 s"):
        await house.speaking.begin(SpeechRequest("<speak>"))


async def test_a_language_that_markup_names_must_be_spoken() -> None:
    house = House(markup=FakeMarkup({"<speak>": Script((Say("Hello.", language="klingon"),))}))
    with pytest.raises(MarkupError, match="klingon"):
        house.speaking.understood(SpeechRequest("<speak>"))


async def test_another_loudness_begins_at_what_is_known_at_the_usual_one() -> None:
    house = House()
    timbre = house.engine.card.speakers[house.engine.card.default_speaker]
    await house.loudness.teach(timbre, Learnt(-24.0, 5.0, 1))
    assert (await house.loudness.of(timbre, Target(-20.0)))[0] == Learnt(-24.0, 5.0, 1)
    await house.loudness.teach(timbre, Learnt(-24.5, 5.0, 1), Target(-20.0))
    assert (await house.loudness.of(timbre, Target(-20.0)))[0] == Learnt(-24.5, 5.0, 1)
    assert (await house.loudness.of(timbre))[0] == Learnt(-24.0, 5.0, 1)
