"""The words of a text as a listener counts them, and how long each may sound beside the others."""

import re
import unicodedata
from dataclasses import dataclass

_CONSONANT_S = 0.055
_VOWEL_S = 0.085
_WORD_S = 0.03
_LEAST_SYLLABLES = 0.5
_SILENT_E = frozenset({"en", "fr"})
_VOWELS = frozenset("aeiouyæœøıаеёиоуыэюяієїαεηιουω")  # noqa: RUF001 - of many scripts
_JOINING = frozenset("ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ")
_STOPS = frozenset(".!?…。！？,;:،؛、，；：—–")  # noqa: RUF001 - the marks of many scripts

_SPOKEN_MARK = re.compile(r"[%&+=@$€£°§]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
# Scripts that write no spaces: Thai, Lao, Burmese, Khmer, kana, Han.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
# How many seconds, and syllables, a character of each kind may be. Letters of Semitic and Indian
# scripts carry vowels that are not written.
_SOUNDS = (
    (_SPOKEN_MARK, (0.3, 2.0)),
    (re.compile(r"\d"), (0.33, 1.3)),
    (re.compile("[\u3040-\u30ff]"), (0.13, 1.0)),
    (_HANGUL, (0.19, 1.0)),
    (_UNSPACED, (0.19, 1.0)),
    (re.compile("[\u0590-\u074f\u0900-\u0dff]"), (0.1, 0.6)),
)


@dataclass(frozen=True, slots=True)
class Wording:
    """One word: its characters, its usual length and syllables, and whether a pause may follow."""

    char: int
    char_end: int
    usual_s: float
    syllables: float
    paused: bool


def worded(text: str, language: str) -> tuple[Wording, ...]:
    """Every word of the text once: by spaces, or by character in scripts that write none."""
    spans = [span for token in re.finditer(r"\S+", text) for span in _spans(text, *token.span())]
    if not spans:
        return ()
    ends = [*(char for char, _ in spans[1:]), len(text)]
    return tuple(
        Wording(
            char,
            char_end,
            *_measured(text[char:char_end], silent_e=language in _SILENT_E),
            _paused(text[char_end:follows]),
        )
        for (char, char_end), follows in zip(spans, ends, strict=True)
    )


def _spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The words in what stands between two spaces, without the punctuation around them."""
    spans: list[tuple[int, int]] = []
    open_from: int | None = None
    heard_to = start
    for at in range(start, end):
        if not _heard(text[at]):
            continue
        alone = bool(_UNSPACED.match(text[at])) and not _joins(text[at])
        if open_from is not None and (alone or _ends_alone(text, heard_to, at)):
            spans.append((open_from, heard_to))
            open_from = None
        open_from = at if open_from is None else open_from
        heard_to = at + 1
    if open_from is not None:
        spans.append((open_from, heard_to))
    return spans


def _ends_alone(text: str, heard_to: int, at: int) -> bool:
    """Whether what was heard last cannot share a word with what comes."""
    if _joins(text[at]):
        return False
    return bool(_UNSPACED.match(text[heard_to - 1]))


def _heard(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM" or bool(_SPOKEN_MARK.match(character))


def _joins(character: str) -> bool:
    return character in _JOINING or unicodedata.category(character)[0] == "M"


def _paused(between: str) -> bool:
    return any(character in _STOPS for character in between)


def _measured(word: str, *, silent_e: bool) -> tuple[float, float]:
    """How long a word may last, and how many syllables it may have."""
    plain = unicodedata.normalize("NFD", word.lower()) if not _HANGUL.search(word) else word
    usual_s, syllables, after_vowel = _WORD_S, 0.0, False
    for character in plain:
        if unicodedata.category(character)[0] == "M":
            continue
        vowel = character in _VOWELS
        sound_s, sounds = _sound(character, vowel=vowel, again=vowel and after_vowel)
        usual_s, syllables = usual_s + sound_s, syllables + sounds
        after_vowel = vowel
    if silent_e and syllables > 1 and plain[-1] == "e" and plain[-2] not in _VOWELS:
        syllables -= 1
    return usual_s, max(syllables, _LEAST_SYLLABLES)


def _sound(character: str, *, vowel: bool, again: bool) -> tuple[float, float]:
    """What one character adds; a second vowel in a row only makes the first longer."""
    if vowel:
        return (_VOWEL_S / 3, 0.0) if again else (_VOWEL_S, 1.0)
    for pattern, sound in _SOUNDS:
        if pattern.match(character):
            return sound
    return (_CONSONANT_S, 0.0) if character.isalpha() else (0.0, 0.0)
