"""Lines led through the finisher: what comes out, how long it is, and where things are in it."""

import math

import numpy as np
import pytest

from domain.audio import Samples, join
from domain.finisher import Finished, Finisher, Manner
from domain.levelling import Leveller
from domain.loudness import Target
from domain.passages import Passage, Unspoken
from domain.ports import EngineCard, Word
from domain.script import PLAIN, Bleep, Mark, Prosody, Rest
from tests.fakes.engine import FakeEngine

RATE_HZ = 24_000
AS_IT_IS = Manner(1.0, 1.0, 1.0)


def tone(seconds: float, hz: float = 200.0, level: float = 0.3) -> Samples:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sound: Samples = (level * np.sin(2 * np.pi * hz * at)).astype(np.float32)
    sound[-1] = 0.0
    return sound


def passage(pause_s: float = 0.0, prosody: Prosody = PLAIN) -> Passage:
    return Passage("two words", pause_s, "en", None, prosody)


class Desk:
    """A finisher, and all that came out of it."""

    def __init__(self, to_hz: int = RATE_HZ, ceiling_dbtp: float = math.inf) -> None:
        self.finisher = Finisher(RATE_HZ, to_hz, ceiling_dbtp)
        self.leveller = Leveller(Target(None), None, None, RATE_HZ)
        self.out: list[Finished] = []

    def line(
        self, sound: Samples, *, manner: Manner = AS_IT_IS, of: Passage | None = None, cut: int = 1
    ) -> None:
        self.finisher.begin(of or passage(), manner, self.leveller)
        half = len(sound) // 2
        words = (Word(0, 3, 0, half), Word(4, 9, half, len(sound)))
        *others, last = np.array_split(sound, cut)
        for part in others:
            self.out.append(self.finisher.feed(part, (), last=False))
        self.out.append(self.finisher.feed(last, words, last=True))

    def between(self, *items: Unspoken) -> None:
        self.out.append(self.finisher.pass_by(items))

    def heard(self) -> Samples:
        self.out.append(self.finisher.end())
        return join(*(each.samples for each in self.out))


@pytest.mark.parametrize("cut", [1, 7, 200])
def test_a_plain_line_is_left_as_it_is_however_it_comes(cut: int) -> None:
    desk = Desk()
    desk.line(tone(1.0), cut=cut)
    assert np.array_equal(desk.heard(), tone(1.0))


def test_rests_and_pauses_are_exact() -> None:
    desk = Desk()
    desk.between(Rest(0.1))
    desk.line(tone(0.5), of=passage(pause_s=0.25))
    desk.between(Rest(1.0), Rest(0.5))
    desk.line(tone(0.5))
    heard = desk.heard()
    assert len(heard) == round((0.1 + 0.5 + 0.25 + 1.5 + 0.5) * RATE_HZ)
    assert not heard[: RATE_HZ // 10].any()
    assert not heard[round(0.6 * RATE_HZ) : round(2.35 * RATE_HZ)].any()


def test_words_and_marks_are_told_where_they_are_heard() -> None:
    desk = Desk()
    desk.between(Rest(0.5), Mark("a"))
    desk.line(tone(1.0), of=passage(pause_s=0.2))
    desk.between(Mark("b"))
    desk.line(tone(1.0))
    marks = [(mark.name, mark.at_s) for each in desk.out for mark in each.marks]
    assert marks == [("a", 0.5), ("b", pytest.approx(1.7))]
    words = [word for each in desk.out for word in each.words]
    assert [word.text for word in words] == ["two", "words", "two", "words"]
    times = [time for word in words for time in (word.start_s, word.end_s)]
    assert times == pytest.approx([0.5, 1.0, 1.0, 1.5, 1.7, 2.2, 2.2, 2.7])


@pytest.mark.parametrize(
    "manner", [Manner(1.0, 2.0, 1.0), Manner(1.0, 0.5, 1.0), Manner(1.0, 1.0, 1.25)]
)
def test_words_move_with_what_is_stretched(manner: Manner) -> None:
    desk = Desk()
    desk.line(tone(2.0), manner=manner)
    heard = desk.heard()
    assert len(heard) / RATE_HZ == pytest.approx(2.0 / (manner.tempo * manner.pitch), rel=0.01)
    (words,) = (each.words for each in desk.out if each.words)
    assert words[1].start_s == pytest.approx(len(heard) / RATE_HZ / 2, rel=0.02)


def test_a_bleep_is_a_tone_as_long_as_asked() -> None:
    desk = Desk()
    desk.between(Bleep(0.5))
    heard = desk.heard()
    spectrum = np.abs(np.fft.rfft(heard))
    assert len(heard) == RATE_HZ // 2
    assert np.argmax(spectrum) / 0.5 == pytest.approx(1000, abs=4)
    assert abs(heard[0]) < 1e-3
    assert abs(heard[-1]) < 1e-3


def test_volume_is_a_gain_behind_everything() -> None:
    desk = Desk()
    desk.line(tone(1.0), of=passage(prosody=Prosody(volume=0.5)))
    middle = slice(RATE_HZ // 4, RATE_HZ // 2)
    assert np.allclose(desk.heard()[middle], 0.5 * tone(1.0)[middle], atol=1e-6)


def test_the_limiter_keeps_what_is_louder_under_its_ceiling() -> None:
    desk = Desk(ceiling_dbtp=-1.5)
    desk.line(tone(1.0), of=passage(prosody=Prosody(volume=9.0)))
    assert np.abs(desk.heard()).max() <= 10 ** (-1.4 / 20)


@pytest.mark.parametrize("to_hz", [8_000, 16_000, 44_100, 48_000])
def test_another_rate_changes_the_number_of_samples_alone(to_hz: int) -> None:
    desk = Desk(to_hz)
    desk.line(tone(1.0), cut=9)
    assert len(desk.heard()) == to_hz


def card(low: float, high: float, *, exact: bool) -> EngineCard:
    known = FakeEngine().card
    fields = {name: getattr(known, name) for name in known.__dataclass_fields__}
    return EngineCard(**(fields | {"rates": (low, high), "rates_exact": exact}))


def test_an_exact_engine_is_asked_for_the_rate_that_a_pitch_needs() -> None:
    assert Manner.of(Prosody(pitch=1.25), 1.0, card(0.25, 4, exact=True)) == Manner(0.8, 1.0, 1.25)


def test_another_engine_is_asked_for_the_rate_alone() -> None:
    found = Manner.of(Prosody(rate=1.5, pitch=1.25), 1.0, card(0.5, 2, exact=False))
    assert (found.rate, found.tempo, found.pitch) == pytest.approx((1.5, 0.8, 1.25))


def test_beyond_what_an_engine_reaches_the_rest_is_a_stretch() -> None:
    found = Manner.of(Prosody(rate=2.0), 2.0, card(0.5, 1.6, exact=False))
    assert (found.rate, found.tempo, found.pitch) == pytest.approx((1.6, 2.5, 1.0))


def test_rate_and_speed_together_stay_within_what_is_promised() -> None:
    slow = Manner.of(Prosody(rate=0.25), 0.25, card(0.5, 2, exact=False))
    fast = Manner.of(Prosody(rate=4.0), 4.0, card(0.5, 2, exact=False))
    assert slow.rate * slow.tempo == pytest.approx(0.25)
    assert fast.rate * fast.tempo == pytest.approx(4.0)


def test_a_silent_line_behind_a_pause_is_silent_from_its_first_sample() -> None:
    desk = Desk()
    desk.line(tone(0.5), of=passage(pause_s=0.2))
    desk.line(tone(0.5), of=passage(prosody=Prosody(volume=0.0)))
    assert not desk.heard()[round(0.5 * RATE_HZ) :].any()
