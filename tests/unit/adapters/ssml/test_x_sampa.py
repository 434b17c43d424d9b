import unicodedata

import pytest

from adapters.ssml.x_sampa import SYMBOLS, ipa_of


@pytest.mark.parametrize(
    ("x_sampa", "ipa"),
    [
        ('"hEl@U', "ˈhɛləʊ"),
        ("tS3:tS", "tʃɜːtʃ"),
        ("r\\`", "ɻ"),
        ("r\\ r` r", "ɹ ɽ r"),
        ("d`_<", None),
        ("G\\_<a", "ʛa"),
        ("p_h t_w", "pʰ tʷ"),
        ("b3`d", "bɝd"),
        ("i`", "i˞"),
        ("t-s", "ts"),
        ("|\\|\\|\\", "ǁǀ"),
        ("a_H_T", "a᷄"),
        ("e~", "ẽ"),
        ("ʃ", None),
        ("", ""),
    ],
)
def test_the_longest_symbol_is_read(x_sampa: str, ipa: str | None) -> None:
    expected = None if ipa is None else unicodedata.normalize("NFD", ipa)
    told = ipa_of(x_sampa)
    assert (None if told is None else unicodedata.normalize("NFD", told)) == expected


def test_every_letter_digit_and_sign_of_the_keyboard_alone_means_something() -> None:
    lacking = {chr(code) for code in range(33, 127) if ipa_of(chr(code)) is None}
    assert lacking == set("#$()*+,/;<>[\\]0")


def test_each_symbol_is_one_sound_or_sign() -> None:
    assert all(len(ipa) <= 2 for ipa in SYMBOLS.values())
    assert not [symbol for symbol in SYMBOLS if not symbol.isascii()]
