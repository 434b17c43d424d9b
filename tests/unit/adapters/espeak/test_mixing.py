import numpy as np
import pytest

from adapters.espeak.ear import listen
from adapters.espeak.mixing import mixed_character
from adapters.espeak.timbre import Character
from domain.audio import Pcm
from tests.unit.adapters.espeak.conftest import Booth

RATE_HZ = 22_050
TEXT = "Three small boats were waiting for the morning tide."
OWN_HZ = {0: 100.0, 1: 225.0}.__getitem__


def test_pitch_and_pace_are_geometric_means_in_the_heaviests_mouth() -> None:
    mixed = mixed_character(
        {Character(0, 100.0, 0.8): 0.25, Character(1, 400.0, 1.25): 0.75}, OWN_HZ
    )
    assert mixed.speaker == 1
    assert mixed.median_hz == pytest.approx(100 * 4**0.75)
    assert mixed.pace == pytest.approx(0.8**0.25 * 1.25**0.75)


def test_who_has_no_pitch_of_their_own_has_the_speakers() -> None:
    mixed = mixed_character({Character(0): 0.5, Character(1): 0.5}, OWN_HZ)
    assert (mixed.speaker, mixed.pace) == (0, 1.0)
    assert mixed.median_hz == pytest.approx(150.0)


def test_what_can_be_said_of_a_voice_bounds_the_pitch() -> None:
    mixed = mixed_character({Character(0): 0.5, Character(1): 0.5}, lambda _: 900.0)
    assert mixed.median_hz == 400.0


def test_one_alone_stays_what_it_is() -> None:
    assert mixed_character({Character(1): 1.0}, OWN_HZ) == Character(1)


async def test_more_weight_brings_the_sound_nearer(booth: Booth) -> None:
    fingerprint = booth.engine.card.fingerprint
    ends = [Character(0, hz).timbre(fingerprint) for hz in (90.0, 220.0)]
    heard = []
    for weight in (1.0, 0.75, 0.5, 0.25, 0.0):
        timbre = await booth.engine.mix(ends, [weight, 1 - weight])
        sound = await booth.hear(booth.line(TEXT, timbre=timbre))
        heard.append(listen([Pcm(sound.samples, RATE_HZ)]).median_hz)
    wanted = 90 * (220 / 90) ** np.array([0, 0.25, 0.5, 0.75, 1])
    assert heard == sorted(heard)
    np.testing.assert_allclose(heard, wanted, rtol=0.06)
