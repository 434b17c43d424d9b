"""The routes of the house's own API for speech and its markup."""

import asyncio
from typing import Any

from litestar import Request, Router, get, post
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from application.delivering import Delivering
from application.speaking import Speaking
from domain.errors import MarkupError
from domain.ports import SpeechMarkup
from domain.speech import SpeechRequest
from entrypoints.body import encode
from entrypoints.given import Given
from entrypoints.listening import while_connected
from entrypoints.native.documented import answers, schema_of, takes
from entrypoints.native.problems import refusals
from entrypoints.native.wire import speech as wire
from entrypoints.settings import Settings
from entrypoints.spoken import described, streamed

Connection = Request[Any, Any, Any]


_SPEAKS = takes(
    wire.schema(),
    {"text": "Hello. How are you?", "language": "en", "output_format": "mp3_44100_128"},
)
_CHECKS = takes(schema_of(wire.MarkupBody), {"text": "<speak>Hello. <break time='1s'/></speak>"})
_SOUND = answers(bytes, "The sound, in the format asked for.", "audio/*")
_REFUSED = refusals(400, 404, 409, 413, 422, 503)


@post("/speech", status_code=200, operation_class=_SPEAKS, responses={200: _SOUND, **_REFUSED})
async def speech(
    request: Connection, delivering: Given[Delivering], settings: Given[Settings]
) -> ASGIResponse:
    """Speak to the end, then answer one file at the loudness asked for."""
    asked = await _asked(request, settings, whole=True)
    made = await while_connected(request, delivering.whole(asked))
    return ASGIResponse(body=made.data, headers=described(made), media_type=made.to.media_type)


@post(
    "/speech/stream",
    status_code=200,
    operation_class=_SPEAKS,
    responses={200: _SOUND, **_REFUSED},
)
async def speech_stream(
    request: Connection, delivering: Given[Delivering], settings: Given[Settings]
) -> ASGIApp:
    """Speak at once, from the first sentence on."""
    asked = await _asked(request, settings, whole=False)
    return await streamed(request, delivering, asked, settings.stall_timeout_s)


@post(
    "/speech/timestamps",
    status_code=200,
    operation_class=_SPEAKS,
    responses={200: answers(dict[str, Any], "The sound in base64, and times."), **_REFUSED},
)
async def speech_timestamps(
    request: Connection, delivering: Given[Delivering], settings: Given[Settings]
) -> ASGIResponse:
    """Speak to the end, then answer the sound with the times of its words and marks."""
    asked = await _asked(request, settings, whole=True)
    made = await while_connected(request, delivering.whole(asked))
    body = await asyncio.to_thread(lambda: encode(wire.timed(made)))
    headers = described(made) | {"Content-Type": "application/json"}
    return ASGIResponse(body=body, headers=headers, media_type="application/json")


@get("/ssml", responses={200: answers(dict[str, Any], "Elements."), **refusals()})
async def ssml(markup: Given[SpeechMarkup]) -> ASGIResponse:
    """Tell which markup is understood."""
    return ASGIResponse(body=encode(markup.described()), media_type="application/json")


@post(
    "/ssml/validate",
    status_code=200,
    operation_class=_CHECKS,
    responses={200: answers(dict[str, Any], "What it means."), **refusals(400, 413, 422)},
)
async def ssml_validate(request: Connection, speaking: Given[Speaking]) -> ASGIResponse:
    """Tell what markup means, or what is wrong with it, without speaking it."""
    asked = wire.decode_markup(await request.body())
    try:
        told = wire.script(speaking.understood(wire.markup_request(asked)))
    except MarkupError as error:
        told = wire.wrong(error)
    return ASGIResponse(body=encode(told), media_type="application/json")


routes = Router("/", route_handlers=[speech, speech_stream, speech_timestamps])
ssml_routes = Router("/", route_handlers=[ssml, ssml_validate])


async def _asked(request: Connection, settings: Settings, *, whole: bool) -> SpeechRequest:
    body = wire.decode_speech(await request.body())
    session_id = request.headers.get("x-session-id")
    return wire.speech_request(body, settings.target, session_id, request.user.owner, whole=whole)
