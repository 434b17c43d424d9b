"""XTTS as the house sees it: `SpeechEngine` over a child process that owns the model."""

import logging
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Self

from typing_extensions import override

from adapters.xtts.keeper import Keeper
from adapters.xtts.latents import checked, width_of
from adapters.xtts.messages import Ready, Setup
from adapters.xtts.turns import Turns
from domain.audio import Pcm, Samples
from domain.errors import EngineFailedError
from domain.language import spoken
from domain.mixing import blended, portions
from domain.ports import Chunk, EngineCard, EventBus, Pulse, SpeechEngine, SpokenLine
from domain.speech import Latents
from domain.voice import Timbre

log = logging.getLogger(__name__)

_STARTS_WITHIN_S = 300.0
_OPEN = threading.Lock()
"""Held while an engine is open: two models would share the machine and halve each other."""


class XttsEngine(SpeechEngine):
    """Speaks for many at once; the server itself never touches the model."""

    def __init__(
        self,
        setup: Setup,
        *,
        bus: EventBus,
        max_waiting: int = 512,
        worker: str = "adapters.xtts.worker",
        patience_s: float = 10.0,
        starts_within_s: float = _STARTS_WITHIN_S,
    ) -> None:
        self._setup = setup
        self._bus = bus
        self._max_waiting = max_waiting
        self._worker = worker
        self._patience_s = patience_s
        self._starts_within_s = starts_within_s
        self._ready: Ready | None = None
        self._turns: Turns | None = None
        self._keeper: Keeper | None = None

    async def __aenter__(self) -> Self:
        if not _OPEN.acquire(blocking=False):
            msg = "An XTTS engine is open in this process already; use that one, or close it first."
            raise EngineFailedError(msg)
        self._turns = turns = Turns(self._max_waiting, self._bus)
        self._keeper = keeper = Keeper(
            self._setup, self._worker, turns, self._patience_s, self._starts_within_s
        )
        try:
            self._ready = await keeper.open()
        except BaseException:
            await self.__aexit__()
            raise
        card = self._ready.card
        log.info(
            "XTTS speaks on %s in %s: %s lines at once, of up to %.0f MiB each",
            *(card.device, card.precision, card.slots, card.slot_mib),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        keeper, turns = self._keeper, self._turns
        self._keeper = self._turns = None
        if keeper is None or turns is None:
            return
        try:
            turns.close()
            await keeper.close()
        finally:
            _OPEN.release()

    @property
    @override
    def card(self) -> EngineCard:
        return self._entered().card

    @override
    async def condition(self, clips: Sequence[Pcm]) -> Timbre:
        return await self._at_work().learn(tuple(clips))

    @override
    async def recall(self, latents: Latents) -> Timbre:
        return Timbre(self.card.fingerprint, self._checked(latents))

    @override
    async def mix(self, timbres: Sequence[Timbre], weights: Sequence[float]) -> Timbre:
        mix = portions([self._own(timbre) for timbre in timbres], weights)
        if len(mix) == 1:
            return mix[0].timbre
        return Timbre(self.card.fingerprint, blended(mix))

    @override
    def speak(self, line: SpokenLine) -> AbstractAsyncContextManager[AsyncIterator[Chunk]]:
        turns = self._at_work()
        language = spoken(line.language, self.card.languages)
        longest = self.card.longest(language)
        if len(line.text) > longest:
            msg = f"This line has {len(line.text)} characters; the engine takes {longest} at once."
            raise EngineFailedError(msg)
        timbre = self._own(line.timbre)
        return turns.utterance(replace(line, language=language, timbre=timbre))

    @override
    async def pulse(self) -> Pulse:
        turns, keeper = self._turns, self._keeper
        return Pulse(
            alive=turns is not None and turns.alive,
            speaking=turns.speaking if turns else 0,
            waiting=turns.streams() if turns else (),
            expected_wait_s=turns.expected_wait_s() if turns else 0.0,
            last_step_age_s=keeper.silent_s if keeper else None,
        )

    def _own(self, timbre: Timbre) -> Timbre:
        """Return the timbre in our shapes: itself where it has them, with the hash it knows."""
        arrays = self._checked(timbre.arrays)
        same = all(timbre.arrays[name].shape == array.shape for name, array in arrays.items())
        return timbre if same else replace(timbre, arrays=arrays)

    def _checked(self, latents: Latents) -> dict[str, Samples]:
        ready = self._entered()
        return checked(latents, ready.card.name, ready.width or width_of(ready.card))

    def _entered(self) -> Ready:
        if self._ready is None:
            raise _not_entered()
        return self._ready

    def _at_work(self) -> Turns:
        if self._turns is None or self._ready is None:
            raise _not_entered()
        return self._turns


def _not_entered() -> EngineFailedError:
    return EngineFailedError("The XTTS engine is not open; enter it before it speaks.")
