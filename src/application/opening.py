"""Opening: the voices that must be there before anyone is served."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from application.timbres import Timbres
from application.voices import Draft, Voices
from domain.access import HOUSE
from domain.errors import ConflictError, InputError, SpeechError, VoiceExistsError
from domain.ports import VoiceSearch
from domain.voice import Voice, is_voice_id

log = logging.getLogger(__name__)

_EXPORTED = "rhapsode"
_SOURCE = "source-sha256"
"""The label that tells which file a voice was brought in from, so that it comes in once."""


class Opening:
    """Brings in what the settings name: a default voice, a folder of voices, favourites."""

    def __init__(self, voices: Voices, timbres: Timbres) -> None:
        self._voices = voices
        self._timbres = timbres

    async def default_voice(self, name: str, recording: bytes) -> Voice:
        """Clone the default voice from a recording, once for the same bytes."""
        voice = await self._once(name, recording, exported=False)
        self._timbres.use_by_default(voice.id)
        return voice

    async def bring_in(self, files: Mapping[str, bytes]) -> int:
        """Bring in every voice of a folder, once each; one that cannot be read is a warning."""
        brought = 0
        for name, data in files.items():
            try:
                stem, _, kind = name.rpartition(".")
                await self._once(stem or name, data, exported=kind == _EXPORTED)
                brought += 1
            except (InputError, ConflictError) as error:
                log.warning("the voice file %r was passed over: %s", name, error)
        return brought

    async def preload(self, names: Sequence[str]) -> None:
        """Have these voices in memory; an unknown one is a warning."""
        for name in names:
            try:
                await self._timbres.find(HOUSE, name)
            except SpeechError as error:
                log.warning("the voice %r could not be preloaded: %s", name, error)

    async def _once(self, name: str, data: bytes, *, exported: bool) -> Voice:
        digest = hashlib.sha256(data).hexdigest()
        search = VoiceSearch(HOUSE, labels={_SOURCE: digest}, limit=1)
        known = (await self._voices.find(search)).voices
        if known:
            return known[0]
        wanted = name if is_voice_id(name) else f"voice-{digest[:12]}"
        draft = Draft(id=wanted, name=name[:200], labels={_SOURCE: digest})
        if exported:
            return await self._voices.bring_in(data, draft)
        clone = await self._voices.clone([data])
        try:
            return await self._voices.save(clone, draft)
        except VoiceExistsError:
            return await self._voices.save(clone, replace(draft, id=f"{wanted[:50]}-{digest[:12]}"))
