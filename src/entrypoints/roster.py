"""Everyone who can speak for a caller: the voices they saved, then the engine's own speakers."""

from dataclasses import dataclass

from application.voices import Voices
from domain.ports import SpeechEngine, VoiceSearch

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """A voice that may be named; the engine's own speak every language."""

    id: str
    name: str
    language: str | None = None


async def roster(owner: str, voices: Voices, engine: SpeechEngine) -> list[Listed]:
    """Return every voice of an owner, then every speaker of the engine."""
    listed: list[Listed] = []
    page = await voices.find(VoiceSearch(owner, limit=_PAGE))
    while True:
        listed += [Listed(voice.id, voice.name, voice.language) for voice in page.voices]
        if page.next is None:
            break
        page = await voices.find(VoiceSearch(owner, limit=_PAGE, after=page.next))
    return listed + [Listed(speaker, speaker) for speaker in engine.card.speakers]
