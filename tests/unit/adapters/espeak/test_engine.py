import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import numpy as np
import pytest

from adapters.espeak.casting import Casting
from adapters.espeak.engine import EspeakEngine
from adapters.espeak.job import Job
from adapters.espeak.stage import Listener, Stage
from adapters.espeak.timbre import Character
from domain.audio import Samples
from domain.errors import EngineFailedError, LanguageUnknownError, LatentsForeignError
from domain.ports import SpokenLine
from domain.voice import Timbre
from tests.unit.adapters.espeak.conftest import Booth, is_gone
from tests.unit.adapters.espeak.sentences import SENTENCES

Median = Callable[[Samples, int], float]

RATE_HZ = 22_050


def silence_ms(samples: Samples) -> tuple[float, float]:
    loud = np.flatnonzero(np.abs(samples) > 0.002)
    return loud[0] / RATE_HZ * 1000, (len(samples) - loud[-1]) / RATE_HZ * 1000


@pytest.mark.parametrize("language", SENTENCES)
async def test_each_language_of_xtts_speaks_its_own_sentence(booth: Booth, language: str) -> None:
    text = SENTENCES[language]
    sound = await booth.hear(booth.line(text, language))
    assert 4 < len(sound.samples) / RATE_HZ < 9
    assert np.abs(sound.samples).max() > 0.1
    assert max(silence_ms(sound.samples)) <= 30
    covered = {index for word in sound.words for index in range(word.char, word.char_end)}
    letters = {index for index, character in enumerate(text) if character.isalpha()}
    assert letters <= covered


async def test_every_language_on_the_card_makes_some_sound(booth: Booth) -> None:
    mute = []
    for language in booth.engine.card.languages:
        sound = await booth.hear(booth.line("a e i o u 1 2 3", language))
        if len(sound.samples) < RATE_HZ // 4 or np.abs(sound.samples).max() < 0.05:
            mute.append(language)
    assert mute == []
    assert len(booth.engine.card.languages) > 140


async def test_every_speaker_speaks_and_repeats_itself_exactly(booth: Booth) -> None:
    different = []
    for speaker in booth.engine.card.speakers:
        line = booth.line("Good morning, how is everyone?", speaker=speaker)
        first = await booth.hear(line)
        await booth.hear(booth.line("Etwas ganz anderes.", "de", "Annie", pitch=1.3))
        if (await booth.hear(line)).samples.tobytes() != first.samples.tobytes():
            different.append(speaker)
        assert np.abs(first.samples).max() > 0.05, speaker
    assert different == []


@pytest.mark.parametrize("language", ["en", "fr", "ru", "zh-cn"])
async def test_rate_shortens_the_line_as_much_as_asked(booth: Booth, language: str) -> None:
    text = SENTENCES[language]
    own = len((await booth.hear(booth.line(text, language))).samples)
    for rate in (0.57, 0.8, 1.25, 1.75):
        length = len((await booth.hear(booth.line(text, language, rate=rate))).samples)
        assert own / length == pytest.approx(rate, rel=0.05), rate


async def test_a_rate_beyond_what_espeak_can_do_goes_as_far_as_it_can(booth: Booth) -> None:
    text = SENTENCES["en"]
    own = len((await booth.hear(booth.line(text))).samples)
    slow = len((await booth.hear(booth.line(text, rate=0.25))).samples)
    fast = len((await booth.hear(booth.line(text, rate=4.0))).samples)
    low, high = booth.engine.card.rates
    assert 1.75 * own < slow < own / 0.4
    assert own / 2.6 < fast < own / 1.75
    assert (low, high) == (0.57, 1.75)


@pytest.mark.parametrize("speaker", ["espeak", "Annie", "f4", "m3", "steph"])
async def test_pitch_moves_the_median_as_much_as_asked(
    booth: Booth, median_hz: Median, speaker: str
) -> None:
    text = SENTENCES["en"]
    own = median_hz((await booth.hear(booth.line(text, speaker=speaker))).samples, RATE_HZ)
    for pitch in (0.5, 0.7, 0.9, 1.2, 1.5, 2.0):
        sound = await booth.hear(booth.line(text, speaker=speaker, pitch=pitch))
        if 55 < own * pitch < 440:
            assert median_hz(sound.samples, RATE_HZ) / own == pytest.approx(pitch, rel=0.05), pitch


async def test_pitch_leaves_the_length_alone(booth: Booth) -> None:
    low, high = [await booth.hear(booth.line(SENTENCES["en"], pitch=p)) for p in (0.5, 2.0)]
    assert len(low.samples) == pytest.approx(len(high.samples), rel=0.05)


async def test_words_point_at_characters_of_the_line_whatever_they_are(booth: Booth) -> None:
    text = "Hi \U0001f600 there, cafe\u0301 naïve 𝒳 don't pay $1,234.56 for the end."
    sound = await booth.hear(booth.line(text))
    assert sound.spoken == [
        *("Hi", "there", "cafe\u0301", "naïve", "𝒳"),
        *("don't", "pay", "$", "1,234.56", "for the", "end"),
    ]


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("one\x00two", "one two"),
        ("one \x01200S two", "one  200S two"),
        ("one\ud800two", "one two"),
        ("one\n\n\ntwo", "one   two"),
        ("one\ue000two\u0530", "one two "),
    ],
)
async def test_nothing_in_a_text_is_a_command(booth: Booth, hostile: str, harmless: str) -> None:
    one, other = await booth.hear(booth.line(hostile)), await booth.hear(booth.line(harmless))
    assert one.samples.tobytes() == other.samples.tobytes()


async def test_brackets_and_markup_in_a_text_are_read_out_as_text(booth: Booth) -> None:
    spoken = await booth.hear(booth.line("say [[h@l'oU]] now"))
    assert len(spoken.words) > 3
    loud = await booth.hear(booth.line('<prosody rate="x-slow">slow</prosody>'))
    assert "prosody" in " ".join(loud.spoken)


@pytest.mark.parametrize("text", ["", " ", "...", "\x00"])
async def test_a_text_without_sound_is_an_empty_line(booth: Booth, text: str) -> None:
    sound = await booth.hear(booth.line(text))
    assert len(sound.samples) == 0
    assert sound.words == []


async def test_tags_are_taken_as_people_write_them(booth: Booth) -> None:
    text = SENTENCES["zh-cn"]
    sounds = [
        (await booth.hear(booth.line(text, tag))).samples.tobytes()
        for tag in ("zh-cn", "zh", "ZH_CN", "cmn")
    ]
    assert len(set(sounds)) == 1


async def test_a_language_that_espeak_would_swallow_is_refused(booth: Booth) -> None:
    with pytest.raises(LanguageUnknownError, match="klingon"):
        booth.engine.speak(booth.line("nuqneH", "klingon"))


async def test_a_timbre_of_another_engine_is_refused(booth: Booth) -> None:
    zeros = {name: np.zeros(512, np.float32) for name in ("gpt_cond_latent", "speaker_embedding")}
    with pytest.raises(LatentsForeignError, match="espeak"):
        booth.engine.speak(booth.line("Hello.", timbre=Timbre("xtts/1", zeros)))


async def test_an_engine_that_was_not_entered_says_so() -> None:
    engine = EspeakEngine()
    with pytest.raises(EngineFailedError, match="not open"):
        _ = engine.card
    assert not (await engine.pulse()).alive


async def test_engines_come_and_go_beside_one_another(booth: Booth) -> None:
    line = booth.line(SENTENCES["en"])
    alone = (await booth.hear(line)).samples.tobytes()
    async with EspeakEngine() as second, EspeakEngine() as third:
        sounds = await asyncio.gather(*(Booth(e).hear(line) for e in (second, third, second)))
    assert {sound.samples.tobytes() for sound in sounds} == {alone}
    assert (await booth.hear(line)).samples.tobytes() == alone


async def test_an_engine_can_be_opened_again() -> None:
    for _ in range(3):
        async with EspeakEngine() as engine:
            booth = Booth(engine)
            assert len((await booth.hear(booth.line("Hello."))).samples) > 0


async def test_closing_the_engine_fails_the_lines_that_wait() -> None:
    async with EspeakEngine() as engine:
        booth = Booth(engine)
        manager = engine.speak(booth.line("Hello."))
        assert engine._turns is not None
        with engine._turns._gate:
            chunks = await manager.__aenter__()
            engine._turns._open = False
    with pytest.raises(EngineFailedError, match="stopped"):
        await anext(chunks)


async def test_an_error_fails_its_own_line_alone(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Casting.job

    def miscast(self: Casting, line: SpokenLine, character: Character) -> Job:
        made = job(self, line, character)
        lost = replace(made.delivery, voice="nowhere/xx")
        return replace(made, delivery=lost) if line.text == "broken" else made

    monkeypatch.setattr(Casting, "job", miscast)
    child = booth.pid
    good, bad, after = await asyncio.gather(
        *(booth.hear(booth.line(text)) for text in ("good", "broken", "after")),
        return_exceptions=True,
    )
    assert isinstance(bad, EngineFailedError)
    assert "no voice 'nowhere/xx'" in str(bad)
    assert not isinstance(good, BaseException)
    assert not isinstance(after, BaseException)
    assert booth.pid == child


class _EndOfThreadError(BaseException):
    pass


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_when_the_thread_dies_its_lines_fail_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(*_: object) -> NoReturn:
        raise _EndOfThreadError

    monkeypatch.setattr(Stage, "say", die)
    async with EspeakEngine() as engine:
        booth = Booth(engine)
        child = booth.pid
        async with asyncio.timeout(1):
            sounds = await asyncio.gather(
                *(booth.hear(booth.line(text)) for text in ("one", "two")), return_exceptions=True
            )
        assert all(isinstance(sound, EngineFailedError) for sound in sounds)
        assert not (await booth.engine.pulse()).alive
        with pytest.raises(EngineFailedError, match="start the server again"):
            await booth.hear(booth.line("three"))
        assert engine._turns is not None
        engine._turns._thread.join()
        assert is_gone(child)


async def test_a_line_that_left_the_queue_never_reaches_espeak(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[str] = []
    say = Stage.say

    def note(self: Stage, job: Job, listener: Listener) -> None:
        spoken.append(job.text)
        say(self, job, listener)

    monkeypatch.setattr(Stage, "say", note)
    turns = booth.engine._turns
    assert turns is not None
    with turns._gate:
        for text in ("one", "two"):
            manager = booth.engine.speak(booth.line(text))
            await manager.__aenter__()
            if text == "one":
                await manager.__aexit__(None, None, None)
    await booth.hear(booth.line("three"))
    assert spoken == ["two", "three"]


async def test_the_listener_who_runs_dry_first_is_spoken_to_first(booth: Booth) -> None:
    turns = booth.engine._turns
    assert turns is not None
    with turns._gate:
        for stream, lead_s in (("full", 9.0), ("low", 2.0), ("new", 0.0), ("too", 0.0)):
            line = replace(booth.line("Hello."), stream=stream, lead_s=lead_s)
            await booth.engine.speak(line).__aenter__()
        assert (await booth.engine.pulse()).waiting == ("new", "too", "low", "full")
