"""The routes of coqui's own servers that no other package has."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from litestar import Router, get
from litestar.response import Stream
from litestar.types import ASGIApp

from application.delivering import Delivering
from domain.ports import SpeechEngine
from domain.voice import Timbre
from entrypoints.body import form_fields
from entrypoints.coqui_server import wire
from entrypoints.dialect import Dialect
from entrypoints.documented import SPOKEN_HEADERS, Answer, documented, sound
from entrypoints.given import Given
from entrypoints.refusals import MISSING, SPEECH
from entrypoints.replies import Connection
from entrypoints.schemas import JSON, WAV
from entrypoints.settings import Settings
from entrypoints.spoken import remarked, whole_file

DIALECT = Dialect("Coqui", "What clients of coqui's own servers call.")


@get(
    "/api/tts",
    opt=documented(
        *sound(
            "The whole sound as a WAV file.",
            WAV,
            headers=SPOKEN_HEADERS | {"X-Warnings": "A JSON list of what had no effect, if any."},
        ),
        query=wire.schema(),
        examples=wire.EXAMPLE,
        refuses=(MISSING, *SPEECH),
    ),
)
async def tts_of_query(
    request: Connection, delivering: Given[Delivering], settings: Given[Settings]
) -> ASGIApp:
    """Speak what the query asks for, the way coqui's own server is called."""
    return await _spoken(request, dict(request.query_params), delivering, settings)


@get(
    "/studio_speakers",
    opt=documented(
        Answer(
            "Each speaker's name with its latents.",
            schema=wire.speakers_schema(),
            example=wire.SPEAKERS,
        )
    ),
)
async def studio_speakers(engine: Given[SpeechEngine]) -> Stream:
    """Answer the engine's own speakers as latents, which `/tts_stream` and `/tts` take."""
    return Stream(_members(engine.card.speakers), media_type=JSON)


def routes(_settings: Settings) -> Router:
    """Return the routes of coqui's own servers."""
    return DIALECT.router("/", [tts_of_query, studio_speakers])


async def from_form(request: Connection, delivering: Delivering, settings: Settings) -> ASGIApp:
    """Speak what a form asks for: `POST /api/tts` is shared with another system's clients."""
    fields = dict(request.query_params) | form_fields(await request.body())
    return await _spoken(request, fields, delivering, settings)


async def _spoken(
    request: Connection, fields: Mapping[str, str], delivering: Delivering, settings: Settings
) -> ASGIApp:
    asked = wire.decode_tts(fields)
    speech = wire.speech_request(asked, settings.target, request.user.owner)
    return await whole_file(request, delivering, speech, remarked(asked.remarks))


async def _members(speakers: Mapping[str, Timbre]) -> AsyncIterator[bytes]:
    """Write one speaker at a time: all together are tens of megabytes of numbers."""
    before = b"{"
    for name, timbre in speakers.items():
        yield before + await asyncio.to_thread(wire.speaker, name, timbre)
        before = b","
    yield b"}" if speakers else b"{}"
