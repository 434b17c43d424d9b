"""IPA as espeak-ng can speak it: the symbols of the alphabet in the mnemonics of one voice."""

# ruff: noqa: RUF001 - the alphabet is full of letters that look like others

import re
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters.espeak.library import Espeak
from adapters.espeak.native import IPA, SEPARATED

_TABLE = struct.Struct("<BB2x32s")
_PHONEME = struct.Struct("<4s12x")
_STRESS = {"ˈ": "'", "ˌ": ",", "'": "'"}
_SILENT = re.compile(r"[.‿͜͡‖/\[\]()]")
_STRESS_MARK = re.compile(r"[ˈˌ',]")
_LONG = "ː"
# Keeps two mnemonics from being read as one.
_BETWEEN = "|"

# Each symbol, then what to say where a language has no such sound, the nearest first.
_NEARNESS = """
    rɹɾʁʀ ɹrɾʁ ɾrɹt ʁrɹʀɾ ʀʁrɹ ɻɹr ɽɾr aäɑæɐ ɑaɒ ɒɔɑ æaɛ ɐəaʌ ʌɐəa eɛ ɛeæ əɐʌɜœe ɜəœɛ ɝɜə
    ɚəɜ ɘə iɪ ɪi ᵻɪi ɨɪi yiu ʏyɪ oɔ ɔoɒ øœə œøɜ uʊ ʊu ɯuʊ gɡ ɡgk ɫl ʎlj ɲn ɳn ŋn ɴŋn çxʃh
    xχkh χxkh ħhx ɦh hxɦ ɣɡg βbv ɸf vʋwf ʋvw wvu ʍw θsf ðdz ʃɕʂs ʒʑʐz ɕʃ ʑʒ ʂʃ ʐʒ ɬl ʈt ɖd
    ck ɟɡg qk ji bβ dð
"""
_NEAR = {near[0]: near[1:] for near in _NEARNESS.split()}


class Pronouncer:
    """Knows how each voice writes the sounds of the alphabet; asks the library once a voice."""

    def __init__(self, espeak: Espeak) -> None:
        self._espeak = espeak
        self._voices: dict[str, Mapping[str, str]] = {}

    def mnemonics(self, ipa: str, voice: str) -> str:
        """Spell IPA in the voice's mnemonics; what it has no sound for is left out."""
        if voice not in self._voices:
            self._voices[voice] = _learn(self._espeak, voice)
        words = _SILENT.sub("", unicodedata.normalize("NFD", ipa)).split()
        spelled = (_BETWEEN.join(_spelled(word, self._voices[voice])) for word in words)
        return " ".join(word for word in spelled if word)


def _spelled(ipa: str, sounds: Mapping[str, str]) -> Iterator[str]:
    """Always the longest sound that fits, else the nearest one."""
    longest = max(map(len, sounds), default=1)
    stress, at = "", 0
    while at < len(ipa):
        if ipa[at] in _STRESS:
            stress, at = _STRESS[ipa[at]], at + 1
            continue
        fits = (ipa[at : at + size] for size in range(longest, 0, -1))
        sound = next((part for part in fits if part in sounds), None)
        at += len(sound or ipa[at])
        mnemonic = sounds[sound] if sound else _nearest(ipa[at - 1], sounds)
        if mnemonic:
            yield stress + mnemonic
            stress = ""


def _nearest(symbol: str, sounds: Mapping[str, str]) -> str | None:
    for other in (symbol, *_NEAR.get(unicodedata.normalize("NFC", symbol), "")):
        for form in (other, other + _LONG):
            if form in sounds:
                return sounds[form]
    return None


def _learn(espeak: Espeak, voice: str) -> Mapping[str, str]:
    """IPA -> mnemonic, the plainest mnemonic where several sound the same."""
    names = sorted(_read_mnemonics(espeak.phonemes_file), key=lambda name: (len(name), name))
    sounds = {_LONG: ":"}
    # Alone and stressed a vowel keeps its colour; between vowels a consonant keeps its voice.
    for frame, inner in (("[['{}]]", slice(0, 1)), ("[[a|{}|a]]", slice(1, -1))):
        inputs = [frame.format(name) for name in names]
        echoes = espeak.spellings(inputs, voice, SEPARATED)
        symbols = espeak.spellings(inputs, voice, SEPARATED | IPA)
        for name, echo, symbol in zip(names, echoes, symbols, strict=True):
            # A mnemonic the voice lacks is read as others, which the echo shows.
            if _inner(echo, inner) == name and (heard := _inner(symbol, inner)):
                sounds.setdefault(unicodedata.normalize("NFD", heard), name)
    return sounds


def _inner(phonemes: str, inner: slice) -> str:
    return _STRESS_MARK.sub("", "".join(phonemes.split("_")[inner]))


def _read_mnemonics(file: Path) -> set[str]:
    """Every mnemonic of every language, from espeak-ng's compiled phoneme tables."""
    data = file.read_bytes()
    at, names = 4, set[str]()
    for _ in range(data[0]):
        count, _, _ = _TABLE.unpack_from(data, at)
        at += _TABLE.size
        for row in range(count):
            (raw,) = _PHONEME.unpack_from(data, at + row * _PHONEME.size)
            names.add(raw.rstrip(b"\0").decode("ascii", "replace"))
        at += count * _PHONEME.size
    return {name for name in names if name and not set(name) & set("/[]|'_ ,%=")}
