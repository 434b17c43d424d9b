"""Consents: who agreed to be cloned, and what happens when they no longer do."""

from dataclasses import dataclass

from application.caches import Caches
from application.voices import Voices
from domain.errors import ConsentUnknownError
from domain.ports import Clock, ConsentStore
from domain.voice import Consent, Voice


@dataclass(frozen=True, slots=True)
class Revoked:
    """What a consent that was withdrawn took with it."""

    voice: str
    lines: int
    """Spoken lines that were forgotten; nobody can tell whose they were, so all of them are."""


class Consents:
    """Keeps consents with the voices they are for."""

    def __init__(
        self, *, voices: Voices, store: ConsentStore, caches: Caches, clock: Clock
    ) -> None:
        self._voices = voices
        self._store = store
        self._caches = caches
        self._clock = clock

    async def give(self, owner: str, wanted: str, by: str, statement: str) -> Voice:
        """Keep who agrees and in which words, in place of what was kept before."""
        voice = await self._voices.get(owner, wanted)
        consent = Consent(by, statement, self._clock.now())
        return await self._store.agree(owner, voice.id, consent)

    async def revoke(self, owner: str, wanted: str) -> Revoked:
        """Forget the voice with all that was ever made of it."""
        voice = await self._voices.get(owner, wanted)
        if voice.consent is None:
            raise ConsentUnknownError(voice.id)
        await self._voices.delete(owner, voice.id)
        _, lines = await self._caches.clear()
        return Revoked(voice.id, lines)
