"""Mixing: a new voice between others."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.timbres import Timbres
from application.voices import Clone, Draft, Voices
from domain.mixing import check_mix
from domain.ports import SpeechEngine
from domain.voice import Voice


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A saved voice or a speaker of the engine's own, and how much of it is wanted."""

    voice: str
    weight: float


class Mixing:
    """Mixes voices; the engine knows how, for the timbres are its own."""

    def __init__(self, voices: Voices, timbres: Timbres, engine: SpeechEngine) -> None:
        self._voices = voices
        self._timbres = timbres
        self._engine = engine

    async def mix(self, ingredients: Sequence[Ingredient], draft: Draft) -> Voice:
        """Save the mix; it has no clips, so that no other engine can learn it."""
        weights = [each.weight for each in ingredients]
        check_mix(weights)
        timbres = [await self._timbres.named(draft.owner, each.voice) for each in ingredients]
        timbre = await self._engine.mix(timbres, weights)
        return await self._voices.save(Clone((timbre,)), draft)
