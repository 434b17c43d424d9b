"""MaryTTS's routes."""

import asyncio
from collections.abc import Mapping

from litestar import Router, get, post
from litestar.response.base import ASGIResponse

from application.delivering import Delivering
from application.roster import Roster, RosterSearch
from domain.ports import SpeechEngine, VoiceSearch
from domain.speech import SpeechRequest
from entrypoints.body import form_fields
from entrypoints.dialect import Dialect
from entrypoints.documented import Answer, Body, documented, sound
from entrypoints.given import Given
from entrypoints.listening import while_connected
from entrypoints.marytts import wire
from entrypoints.refusals import FORM_BODY, SPEECH, STORE
from entrypoints.replies import Connection
from entrypoints.schemas import FORM, TEXT
from entrypoints.settings import Settings
from entrypoints.spoken import described, remarked

DIALECT = Dialect(
    "MaryTTS",
    "MaryTTS's server, as Home Assistant and others call it; errors are lines of text.",
    shape=lambda failure: failure.detail + "\n",
    schema={"type": "string"},
    media_type=TEXT,
)

_SPOKEN = sound(
    "The whole sound, as the kind of file asked for.", "audio/wav", "audio/x-au", "audio/aiff"
)
_LINES = {"type": "string"}


@get(
    "/process",
    opt=documented(
        *_SPOKEN, query=wire.schema(), examples=wire.EXAMPLE, refuses=(FORM_BODY[1], *SPEECH)
    ),
)
async def process(
    request: Connection,
    delivering: Given[Delivering],
    roster: Given[Roster],
    engine: Given[SpeechEngine],
    settings: Given[Settings],
) -> ASGIResponse:
    """Speak what the query asks for."""
    asked = wire.decode_process(dict(request.query_params))
    speech = await _speech(request, asked, roster, engine, settings)
    return await _answered(request, asked, speech, delivering, settings)


@post(
    "/process",
    status_code=200,
    opt=documented(
        *_SPOKEN, body={FORM: Body(wire.schema(), wire.EXAMPLE)}, refuses=(*FORM_BODY, *SPEECH)
    ),
)
async def process_form(
    request: Connection,
    delivering: Given[Delivering],
    roster: Given[Roster],
    engine: Given[SpeechEngine],
    settings: Given[Settings],
) -> ASGIResponse:
    """Speak what a form asks for, also where its sender does not say that it is one."""
    fields: Mapping[str, str] = dict(request.query_params) | form_fields(await request.body())
    asked = wire.decode_process(fields)
    speech = await _speech(request, asked, roster, engine, settings)
    return await _answered(request, asked, speech, delivering, settings)


@get(
    "/voices",
    opt=documented(Answer("One voice a line.", TEXT, _LINES, wire.VOICES), refuses=STORE),
)
async def list_voices(
    request: Connection,
    roster: Given[Roster],
    engine: Given[SpeechEngine],
    settings: Given[Settings],
) -> ASGIResponse:
    """List saved voices and built-in speakers: name, locale, gender and engine."""
    known = await roster.every(RosterSearch(VoiceSearch(request.user.owner)))
    return _text(wire.voices(known, settings.default_language, engine.card.name))


@get("/locales", opt=documented(Answer("One locale a line.", TEXT, _LINES, wire.LOCALES)))
async def list_locales(engine: Given[SpeechEngine]) -> ASGIResponse:
    """List the languages that are spoken."""
    return _text(wire.locales(engine.card.languages))


def routes(_settings: Settings) -> Router:
    """Return MaryTTS's routes."""
    return DIALECT.router("/", [process, process_form, list_voices, list_locales])


async def _speech(
    request: Connection,
    asked: wire.Process,
    roster: Roster,
    engine: SpeechEngine,
    settings: Settings,
) -> SpeechRequest:
    owner, voice = request.user.owner, None
    if asked.fields.VOICE:
        known = await roster.every(RosterSearch(VoiceSearch(owner)))
        voice = wire.voice_named(asked.fields.VOICE, known)
    return wire.speech_request(asked, engine.card.languages, voice, settings.target, owner)


async def _answered(
    request: Connection,
    asked: wire.Process,
    speech: SpeechRequest,
    delivering: Delivering,
    settings: Settings,
) -> ASGIResponse:
    made = await while_connected(request, delivering.whole(speech))
    data, container = made.data, asked.container
    if container.around is not None:
        data = await asyncio.to_thread(
            container.around, made.to.rate_hz, data, marked=settings.mark_synthetic
        )
    headers = described(made) | remarked(asked.effects.remarks)
    headers["Content-Type"] = container.media_type
    return ASGIResponse(body=data, headers=headers, media_type=container.media_type)


def _text(lines: str) -> ASGIResponse:
    return ASGIResponse(body=lines.encode(), media_type=TEXT)
