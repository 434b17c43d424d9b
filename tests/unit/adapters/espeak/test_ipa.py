from collections.abc import Mapping

import numpy as np
import pytest

from adapters.espeak.ipa import Pronouncer
from adapters.espeak.library import Espeak
from adapters.espeak.native import IPA
from domain.ports import Pronunciation
from tests.unit.adapters.espeak.conftest import Booth

WORDS = {
    "en": (
        "hello tomato church judge singer third queue rhythm measure thought though through bird"
        " about water banana electricity international philosophy onion vision orange beautiful"
        " girl boy house fire chair near pure light coin zebra xylophone yacht whale knife gnome"
        " psychology colonel choir island receipt Wednesday"
    ),
    "de": (
        "Straße ich Bücher schön Mädchen Häuser Zeit Apfel Vater Junge Fluss Buch möglich"
        " sprechen Pferd zwanzig"
    ),
    "fr": "bonjour enfant maison rue feuille œuf chien garçon vin brun montagne quatre oiseau",
    "es": "perro cielo llave niño jamón guitarra queso pero ciudad agua rojo zapato huevo",
    "it": "ciao gnocchi famiglia pizza zaino scienza",
    "ja": "おはよう ありがとう",
    "hi": "नमस्ते पानी",
}
CASES = [(language, word) for language, words in WORDS.items() for word in words.split()]


@pytest.fixture(scope="module")
def pronouncer(espeak: Espeak) -> Pronouncer:
    return Pronouncer(espeak)


@pytest.mark.parametrize(("language", "word"), CASES)
def test_a_word_spoken_back_from_its_ipa_is_the_same_phonemes(
    espeak: Espeak, pronouncer: Pronouncer, voices: Mapping[str, str], language: str, word: str
) -> None:
    ipa = espeak.ipa(word, voices[language])
    mnemonics = pronouncer.mnemonics(ipa, voices[language])
    (again,) = espeak.spellings([f"[[{mnemonics}]]"], voices[language], IPA)
    assert again == ipa


@pytest.mark.parametrize(("ipa", "heard"), [
    ("həˈləʊ", "həlˈəʊ"),
    ("/həˈləʊ/", "həlˈəʊ"),
    ("həˈləʊ wɜːld", "həlˈəʊ wɜːld"),
    ("t͡ʃɜːt͡ʃ", "tʃɜːtʃ"),
    ("ɹɪð.əm", "ɹɪðəm"),
    ("gəʊ", "ɡəʊ"),
    ("h☃əˈl\u0488əʊ", "həlˈəʊ"),
    ("]]həˈləʊ[[", "həlˈəʊ"),
    ("☃", ""),
    ("", ""),
])  # fmt: skip
def test_ipa_as_people_write_it(
    espeak: Espeak, pronouncer: Pronouncer, voices: Mapping[str, str], ipa: str, heard: str
) -> None:
    mnemonics = pronouncer.mnemonics(ipa, voices["en"])
    assert espeak.spellings([f"[[{mnemonics}]]"], voices["en"], IPA) == [heard]


async def test_a_pronounced_word_sounds_like_the_word(booth: Booth, espeak: Espeak) -> None:
    text = "Say tomato please."
    plain = await booth.hear(booth.line(text))
    ipa = espeak.ipa("tomato", "gmw/en")
    again = await booth.hear(booth.line("Say xxxxxx please."), Pronunciation(4, 10, ipa))
    assert len(again.samples) == pytest.approx(len(plain.samples), rel=0.05)
    assert [(w.char, w.char_end) for w in again.words] == [
        (w.char, w.char_end) for w in plain.words
    ]
    bands = [np.abs(np.fft.rfft(s.samples, 32_768)[: 4096 * 3]) for s in (plain, again)]
    smooth = [np.convolve(band, np.ones(64), "same") for band in bands]
    assert np.corrcoef(smooth[0], smooth[1])[0, 1] > 0.9


async def test_words_of_a_pronounced_line_are_those_of_its_text(booth: Booth) -> None:
    text = "Say AT&T please, or [x] y now."
    sound = await booth.hear(
        booth.line(text),
        Pronunciation(4, 8, "ˈeɪ tiː ən tiː"),
        Pronunciation(24, 25, "waɪ"),
        Pronunciation(5, 9, "overlaps: ignored"),
        Pronunciation(25, 99, "beyond: ignored"),
    )
    assert sound.spoken == ["Say", "AT&T", "please", "or", "x", "y", "now"]


async def test_a_pronunciation_without_a_known_sound_leaves_the_text(booth: Booth) -> None:
    plain = await booth.hear(booth.line("Say it."))
    same = await booth.hear(booth.line("Say it."), Pronunciation(4, 6, "☃"))
    assert same.samples.tobytes() == plain.samples.tobytes()
