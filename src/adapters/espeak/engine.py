"""The embedded engine as the house sees it: `SpeechEngine` over espeak-ng."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from typing_extensions import override

from adapters.espeak import library as shared
from adapters.espeak.ear import listen
from adapters.espeak.languages import language_table
from adapters.espeak.prosody import RATES
from adapters.espeak.speaker import Speaker
from adapters.espeak.timbre import LAYOUT, Character, character, read
from adapters.espeak.turns import Turns
from adapters.espeak.utterance import Utterance
from adapters.espeak.variants import OWN
from domain.audio import Pcm
from domain.errors import EngineFailedError
from domain.language import spoken
from domain.ports import Chunk, EngineCard, Pulse, SpeechEngine, SpokenLine
from domain.speech import Latents
from domain.voice import Timbre

_NAME = "espeak"
_LONGEST_TEXT = 300
# A line is made in one go, so that a whole one may wait unread: about this long at most.
_LONGEST_LINE_S = 30.0


class EspeakEngine(SpeechEngine):
    """Speaks without a model; any number of engines share the process's one library."""

    def __init__(self, *, max_waiting: int = 512, library: Path | None = None) -> None:
        self._max_waiting = max_waiting
        self._library = library
        self._card: EngineCard | None = None
        self._speakers: tuple[str, ...] = ()
        self._turns: Turns | None = None

    async def __aenter__(self) -> Self:
        espeak = await asyncio.to_thread(shared.acquire, self._library)
        voices = language_table(espeak.voices)
        self._speakers = tuple(variant.name for variant in espeak.variants)
        self._card = _card(espeak.version, voices, self._speakers)
        self._turns = Turns(Speaker(espeak, voices), self._max_waiting)
        self._turns.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._turns is not None:
            await asyncio.to_thread(self._turns.stop)
            await asyncio.to_thread(shared.release)
            self._turns = None

    @property
    @override
    def card(self) -> EngineCard:
        if self._card is None:
            raise _not_entered()
        return self._card

    @override
    async def condition(self, clips: Sequence[Pcm]) -> Timbre:
        heard = await asyncio.to_thread(listen, clips)
        return character(heard, self._speakers).timbre(self.card.fingerprint)

    @override
    async def recall(self, latents: Latents) -> Timbre:
        return self._read(latents).timbre(self.card.fingerprint)

    @override
    def speak(self, line: SpokenLine) -> AbstractAsyncContextManager[AsyncIterator[Chunk]]:
        if self._turns is None:
            raise _not_entered()
        language = spoken(line.language, self.card.languages)
        longest = self.card.longest(language)
        if len(line.text) > longest:
            msg = f"This line has {len(line.text)} characters; the engine takes {longest} at once."
            raise EngineFailedError(msg)
        known = line if line.language == language else replace(line, language=language)
        return Utterance(known, self._read(line.timbre.arrays), self._turns)

    @override
    async def pulse(self) -> Pulse:
        turns = self._turns
        if turns is None:
            return Pulse(
                alive=False, speaking=0, waiting=(), expected_wait_s=0.0, last_step_age_s=None
            )
        return Pulse(
            alive=turns.alive,
            speaking=turns.speaking,
            waiting=turns.streams(),
            expected_wait_s=turns.expected_wait_s(),
            last_step_age_s=turns.step_age_s,
        )

    def _read(self, latents: Latents) -> Character:
        return read(latents, _NAME, len(self._speakers))


def _card(version: str, voices: Mapping[str, str], speakers: tuple[str, ...]) -> EngineCard:
    fingerprint = f"espeak-ng/{version}/{LAYOUT}"
    return EngineCard(
        name=_NAME,
        fingerprint=fingerprint,
        rate_hz=shared.RATE_HZ,
        languages=tuple(voices),
        speakers={name: Character(i).timbre(fingerprint) for i, name in enumerate(speakers)},
        default_speaker=OWN,
        cloning="pitch-and-pace",
        alignment="exact",
        device="cpu",
        precision="int16",
        ahead_s=_LONGEST_LINE_S,
        slots=None,
        rates=RATES,
        longest_text_otherwise=_LONGEST_TEXT,
    )


def _not_entered() -> EngineFailedError:
    return EngineFailedError("The espeak engine is not open; enter it before it speaks.")
