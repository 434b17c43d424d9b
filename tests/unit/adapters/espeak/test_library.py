import numpy as np
import pytest

from adapters.espeak import library
from adapters.espeak.job import Delivery
from adapters.espeak.library import Espeak, Pcm16
from adapters.espeak.native import Mark
from domain.errors import EngineFailedError


def test_what_the_hearer_raises_comes_out_of_speak(espeak: Espeak) -> None:
    def broken(_samples: Pcm16, _marks: list[Mark]) -> bool:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        espeak.speak("Hello.", Delivery("gmw/en"), broken)


def test_speaking_stops_when_the_hearer_has_had_enough(espeak: Espeak) -> None:
    taken: list[Pcm16] = []

    def once(samples: Pcm16, _marks: list[Mark]) -> bool:
        taken.append(samples)
        return False

    espeak.speak("A long sentence that nobody wants to hear.", Delivery("gmw/en"), once)
    assert len(taken) == 1
    assert 0 < len(taken[0]) < library.RATE_HZ // 5


def test_a_voice_that_is_not_there_is_an_error(espeak: Espeak) -> None:
    with pytest.raises(EngineFailedError, match="no voice 'nowhere/xx'"):
        espeak.speak("Hello.", Delivery("nowhere/xx"), lambda _samples, _marks: True)


def test_ipa_is_what_is_said(espeak: Espeak) -> None:
    assert espeak.ipa("hello world", "gmw/en") == "həlˈəʊ wˈɜːld"
    assert espeak.ipa("Straße", "gmw/de") == "ʃtɾˈɑːsə"


def test_samples_are_ours_to_keep(espeak: Espeak) -> None:
    kept: list[Pcm16] = []

    def keep(samples: Pcm16, _marks: list[Mark]) -> bool:
        kept.append(samples)
        return True

    espeak.speak("Hello.", Delivery("gmw/en"), keep)
    before = np.concatenate(kept).tobytes()
    espeak.speak("Something else.", Delivery("gmw/en"), lambda _samples, _marks: True)
    assert np.concatenate(kept).tobytes() == before
