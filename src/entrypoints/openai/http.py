"""OpenAI's routes for speech, and those that Open WebUI adds to them."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from litestar import Router, get, post
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from application.access import Access
from application.delivering import Delivering
from application.timbres import NamedVoice, Timbres
from application.voices import Voices
from domain.access import HOUSE, Caller
from domain.errors import AccessError
from domain.ports import SpeechEngine, VoiceSearch
from entrypoints.documented import Answer, Body, documented, sound
from entrypoints.given import Given
from entrypoints.guards import OPEN, key_of
from entrypoints.openai import wire
from entrypoints.openai.errors import DIALECT, NO_MODEL
from entrypoints.refusals import FORMAT, JSON_BODY, SPEECH, STORE
from entrypoints.replies import Connection, json
from entrypoints.schemas import JSON
from entrypoints.settings import Settings
from entrypoints.spoken import streamed

_MOST_VOICES = 1000


_EVENTS = Answer(
    "The same as events, for `stream_format` sse.", "text/event-stream", {"type": "string"}
)


@post(
    "/audio/speech",
    status_code=200,
    opt=documented(
        *sound("The sound, as it is made.", "audio/*"),
        _EVENTS,
        body={JSON: Body(wire.schema(), wire.EXAMPLE)},
        refuses=(*JSON_BODY, NO_MODEL, *FORMAT, *SPEECH),
        headers={"X-Session-Id": "What to watch and stop the speech by."},
    ),
)
async def speech(
    request: Connection,
    delivering: Given[Delivering],
    engine: Given[SpeechEngine],
    settings: Given[Settings],
) -> ASGIApp:
    """Speak at once, from the first sentence on: sound, or events that carry it."""
    body = wire.decode_speech(await request.body(), engine.card.name)
    session_id = request.headers.get("x-session-id")
    asked = wire.speech_request(body, settings.target, session_id, request.user.owner)
    events = wire.Events(body.input) if body.stream_format == "sse" else None
    return await streamed(request, delivering, asked, settings.stall_timeout_s, wrapping=events)


@get(
    "/audio/models",
    opt=OPEN
    | documented(
        Answer("The models.", schema=wire.AUDIO_MODELS, example=wire.audio_models("espeak"))
    ),
)
async def audio_models(engine: Given[SpeechEngine]) -> ASGIResponse:
    """List the models as Open WebUI asks for them, with or without a key."""
    return json(wire.audio_models(engine.card.name))


@get(
    "/audio/voices",
    opt=OPEN
    | documented(
        Answer(
            "The voices.",
            schema=wire.AUDIO_VOICES,
            example={"voices": [{"id": "alloy", "name": "alloy", "voice": "Annie"}]},
        ),
        refuses=STORE,
    ),
)
async def audio_voices(
    request: Connection,
    access: Given[Access],
    engine: Given[SpeechEngine],
    timbres: Given[Timbres],
    voices: Given[Voices],
) -> ASGIResponse:
    """List the voices; who needs a key and sends none hears of no saved voice."""
    caller = _caller(request, access)
    speakers = engine.card.speakers
    if caller is None:
        names = await timbres.stand_ins(HOUSE, "openai")
        return json(wire.audio_voices(_public(names, speakers), speakers, ()))
    names = await timbres.stand_ins(caller.owner, "openai", "settings")
    page = await voices.find(VoiceSearch(caller.owner, limit=_MOST_VOICES))
    return json(wire.audio_voices(names, speakers, page.voices))


def routes() -> Router:
    """Return OpenAI's routes."""
    return DIALECT.router("/v1", [speech, audio_models, audio_voices])


def _caller(request: Connection, access: Access) -> Caller | None:
    """Return who asks; nobody in particular where a key is needed and is not there."""
    try:
        return access.authenticate(key_of(request))
    except AccessError:
        return None


def _public(names: Iterable[NamedVoice], speakers: Container[str]) -> Iterator[NamedVoice]:
    """Hide which saved voice speaks for a name."""
    return (each if each.voice in speakers else replace(each, voice="") for each in names)
