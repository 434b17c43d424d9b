"""The embedded engine as the house sees it: `SpeechEngine` over espeak-ng."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Self

import espeakng_loader
from typing_extensions import override

from adapters.espeak.casting import Casting, read_casting
from adapters.espeak.data import VoiceData
from adapters.espeak.ear import listen
from adapters.espeak.library import RATE_HZ
from adapters.espeak.prosody import RATES
from adapters.espeak.stage import Stage
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
_USUAL_LUFS = -22.0
# A line is made in one go, so that a whole one may wait unread: about this long at most.
_LONGEST_LINE_S = 30.0


class EspeakEngine(SpeechEngine):
    """Speaks without a model, in a child process that a text may kill and no text may keep dead."""

    def __init__(
        self, *, max_waiting: int = 512, library: Path | None = None, patience_s: float = 10.0
    ) -> None:
        self._max_waiting = max_waiting
        self._library = library or Path(espeakng_loader.get_library_path())
        self._patience_s = patience_s
        self._casting: Casting | None = None
        self._card: EngineCard | None = None
        self._turns: Turns | None = None

    async def __aenter__(self) -> Self:
        installed = Path(espeakng_loader.get_data_path())
        casting = await asyncio.to_thread(read_casting, installed)
        data = VoiceData(installed, casting.variants)
        stage = Stage(self._library, data, self._patience_s)
        try:
            version = await asyncio.to_thread(stage.open)
        except asyncio.CancelledError:
            stage.interrupt()
            raise
        self._casting, self._card = casting, _card(version, casting)
        self._turns = Turns(stage, self._max_waiting)
        self._turns.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._turns is not None:
            await asyncio.to_thread(self._turns.stop)
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
        return character(heard, tuple(self.card.speakers)).timbre(self.card.fingerprint)

    @override
    async def recall(self, latents: Latents) -> Timbre:
        return self._character(latents).timbre(self.card.fingerprint)

    @override
    def speak(self, line: SpokenLine) -> AbstractAsyncContextManager[AsyncIterator[Chunk]]:
        if self._turns is None or self._casting is None:
            raise _not_entered()
        language = spoken(line.language, self.card.languages)
        longest = self.card.longest(language)
        if len(line.text) > longest:
            msg = f"This line has {len(line.text)} characters; the engine takes {longest} at once."
            raise EngineFailedError(msg)
        known = line if line.language == language else replace(line, language=language)
        job = self._casting.job(known, self._character(line.timbre.arrays))
        return Utterance(known, job, self._turns)

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

    def _character(self, latents: Latents) -> Character:
        return read(latents, _NAME, len(self.card.speakers))


def _card(version: str, casting: Casting) -> EngineCard:
    fingerprint = f"espeak-ng/{version}/{LAYOUT}"
    speakers = {name: Character(i).timbre(fingerprint) for i, name in enumerate(casting.speakers)}
    return EngineCard(
        name=_NAME,
        fingerprint=fingerprint,
        rate_hz=RATE_HZ,
        languages=casting.languages,
        speakers=speakers,
        default_speaker=OWN,
        cloning="pitch-and-pace",
        pronounces=True,
        usual_lufs=_USUAL_LUFS,
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
