"""The voices: those who can speak are listed, and clones are added, edited and deleted."""

from collections.abc import Sequence
from typing import Any

from litestar import Router, delete, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from application.roster import MOST_AT_ONCE, Entry, Roster, RosterSearch
from application.voices import Voices
from domain.ports import VoiceSearch
from domain.voice import Voice
from entrypoints.documented import documented
from entrypoints.elevenlabs.documents import (
    DONE,
    NOT_YOURS,
    PAGE,
    SETTINGS,
    VOICE,
    VOICES,
    WRONG_QUERY,
)
from entrypoints.elevenlabs.wire import voices as wire
from entrypoints.given import Given
from entrypoints.refusals import NO_VOICE, STORE
from entrypoints.replies import Connection, json


@get("/v1/voices", opt=documented(VOICES, refuses=STORE))
async def every(request: Connection, roster: Given[Roster], voices: Given[Voices]) -> ASGIResponse:
    """List all voices: saved ones as cloned, the engine's speakers as premade."""
    wanted = RosterSearch(VoiceSearch(request.user.owner), names=wire.NAMES)
    found = await roster.every(wanted, MOST_AT_ONCE)
    return json({"voices": await _shown(request, voices, found)})


@get("/v2/voices", opt=documented(PAGE, query=wire.QUERY, refuses=(*WRONG_QUERY, *STORE)))
async def search(request: Connection, roster: Given[Roster], voices: Given[Voices]) -> ASGIResponse:
    """Search voices, a page at a time."""
    query = request.query_params
    wanted = wire.search(request.user.owner, query, query.getall("voice_ids", []))
    found = await roster.find(wanted)
    return json(wire.page(found, await _shown(request, voices, found.entries)))


@get("/v1/voices/{voice_id:str}", opt=documented(VOICE, refuses=NO_VOICE))
async def one(
    request: Connection, voice_id: FromPath[str], roster: Given[Roster], voices: Given[Voices]
) -> ASGIResponse:
    """Tell of one voice, with the recordings it was cloned from."""
    owner = request.user.owner
    entry = await roster.get(owner, voice_id, *wire.NAMES)
    clips = await voices.clips(owner, entry.id) if isinstance(entry, Voice) else ()
    previewed = await voices.previewed(owner, [entry.id])
    preview = _preview(request, entry.id) if entry.id in previewed else None
    return json(wire.voice(entry, preview_url=preview, samples=clips))


@get("/v1/voices/settings/default", opt=documented(SETTINGS))
async def default_settings() -> ASGIResponse:
    """Tell the settings of a voice for which none are sent."""
    return json(wire.SETTINGS)


@get("/v1/voices/{voice_id:str}/settings", opt=documented(SETTINGS, refuses=NO_VOICE))
async def settings_of(
    request: Connection, voice_id: FromPath[str], roster: Given[Roster]
) -> ASGIResponse:
    """Tell the settings of a voice: the default ones, for a voice keeps none of its own."""
    await roster.get(request.user.owner, voice_id, *wire.NAMES)
    return json(wire.SETTINGS)


@delete(
    "/v1/voices/{voice_id:str}",
    status_code=200,
    opt=documented(DONE, refuses=(*NO_VOICE, NOT_YOURS)),
)
async def remove(
    request: Connection, voice_id: FromPath[str], roster: Given[Roster], voices: Given[Voices]
) -> ASGIResponse:
    """Forget a cloned voice."""
    voice = await roster.editable(request.user.owner, voice_id, *wire.NAMES)
    await voices.delete(voice.owner, voice.id)
    return json({"status": "ok"})


routes = Router("/", route_handlers=[every, search, one, default_settings, settings_of, remove])


async def _shown(
    request: Connection, voices: Voices, entries: Sequence[Entry]
) -> list[dict[str, Any]]:
    saved = [each.id for each in entries if isinstance(each, Voice)]
    previewed = await voices.previewed(request.user.owner, saved)
    return [
        wire.voice(each, preview_url=_preview(request, each.id) if each.id in previewed else None)
        for each in entries
    ]


def _preview(request: Connection, voice_id: str) -> str:
    return f"{str(request.base_url).rstrip('/')}/saved_voices/{voice_id}/preview"
