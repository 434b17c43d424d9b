"""libespeak-ng, of which a process has exactly one: no memory of its own is safe from it."""

import ctypes
import re
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from adapters.espeak import native
from adapters.espeak.job import Delivery
from adapters.espeak.native import Mark
from domain.errors import EngineFailedError

Pcm16 = NDArray[np.int16]
Hear = Callable[[Pcm16, list[Mark]], bool]
"""Takes the next samples and marks; returns False when no more is wanted."""

RATE_HZ = 22_050

_BUFFER_MS = 60
_SEED = 1
_FOREIGN = re.compile(r"\([a-z][a-z0-9-]*\)")


class Espeak:
    """The one library, for one thread."""

    def __init__(self, lib: ctypes.CDLL, folder: Path) -> None:
        self._lib = lib
        self._hear: Hear | None = None
        self._broken: Exception | None = None
        self._callback = native.SynthCallback(self._heard)
        self._lib.espeak_SetSynthCallback(self._callback)
        self.phonemes_file = folder / "phontab"
        self.version: str = lib.espeak_Info(None).decode()

    @classmethod
    def open(cls, library: Path, folder: Path) -> Self:
        """Load the library and have it read its data from the folder."""
        try:
            lib = native.declare(ctypes.CDLL(str(library)))
        except (OSError, AttributeError) as error:
            msg = f"espeak-ng cannot be loaded ({error}); reinstall espeakng-loader."
            raise EngineFailedError(msg) from error
        path = str(folder).encode()
        options = native.NEVER_EXIT | native.PHONEME_EVENTS
        rate_hz = lib.espeak_Initialize(native.SYNCHRONOUS, _BUFFER_MS, path, options)
        if rate_hz != RATE_HZ:
            msg = f"espeak-ng did not start (code {rate_hz}); reinstall espeakng-loader."
            raise EngineFailedError(msg)
        return cls(lib, folder)

    def speak(self, text: str, delivery: Delivery, hear: Hear, *, phonemes: bool = False) -> None:
        """Speak a text into `hear` until it ends or is no longer wanted.

        With `phonemes`, what stands between [[ and ]] is read as espeak-ng's own mnemonics.
        """
        self._set(delivery)
        self._hear, self._broken = hear, None
        try:
            self._synth(text, native.PHONEME_INPUT if phonemes else 0)
        finally:
            self._hear = None
        if self._broken is not None:
            raise self._broken

    def ipa(self, text: str, voice: str) -> str:
        """How the voice pronounces a text, in the International Phonetic Alphabet."""
        return " ".join(_FOREIGN.sub("", self.phonemes(text, voice, native.IPA)).split())

    def phonemes(self, text: str, voice: str, mode: int, *, read_input: bool = False) -> str:
        """The phonemes of a text, in one of the library's notations."""
        self._set(Delivery(voice))
        self._synth("", native.PHONEME_INPUT if read_input else 0)
        return self._spelled(text, mode)

    def spellings(self, texts: list[str], voice: str, mode: int) -> list[str]:
        """As `phonemes` with mnemonics read, for many short texts at once."""
        self._set(Delivery(voice))
        self._synth("", native.PHONEME_INPUT)
        return [self._spelled(text, mode) for text in texts]

    def close(self) -> None:
        """Let the library go; nothing may be called afterwards."""
        self._lib.espeak_Terminate()

    def _set(self, delivery: Delivery) -> None:
        if self._lib.espeak_SetVoiceByName(delivery.voice.encode()) != 0:
            msg = f"espeak-ng has no voice {delivery.voice!r}; reinstall espeakng-loader."
            raise EngineFailedError(msg)
        self._lib.espeak_SetParameter(native.RATE, delivery.words_per_minute, 0)
        self._lib.espeak_SetParameter(native.PITCH, delivery.pitch, 0)
        self._lib.espeak_SetParameter(native.RANGE, delivery.range, 0)
        self._lib.espeak_ng_SetRandSeed(_SEED)

    def _synth(self, text: str, flags: int) -> None:
        data = text.encode() + b"\0"
        self._lib.espeak_Synth(data, len(data), 0, 1, 0, native.UTF8 | flags, None, None)

    def _spelled(self, text: str, mode: int) -> str:
        data = ctypes.create_string_buffer(text.encode())
        rest = ctypes.c_void_p(ctypes.addressof(data))
        clauses = []
        while rest.value:
            clause = self._lib.espeak_TextToPhonemes(ctypes.byref(rest), native.UTF8, mode)
            clauses.append((clause or b"").decode("utf-8", "replace"))
        return " ".join(clauses).strip()

    def _heard(self, wave: object, count: int, events: object) -> int:
        if self._hear is None:
            return 0
        try:
            samples = np.frombuffer(ctypes.string_at(wave, count * 2), np.int16)  # type: ignore[arg-type]
            return 0 if self._hear(samples, native.marks(events)) else 1
        except Exception as error:  # noqa: BLE001 - nothing may pass through C; speak() raises it
            self._broken = error
            return 1
