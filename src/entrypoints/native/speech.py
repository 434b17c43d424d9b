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
from entrypoints.documented import SPOKEN_HEADERS, Answer, Body, documented, sound
from entrypoints.given import Given
from entrypoints.listening import while_connected
from entrypoints.native.wire import speech as wire
from entrypoints.refusals import FORMAT, JSON_BODY, SPEECH, TEXT
from entrypoints.schemas import JSON, told
from entrypoints.settings import Settings
from entrypoints.spoken import described, streamed

Connection = Request[Any, Any, Any]


_SPEAKS = {JSON: Body(wire.schema(), wire.EXAMPLE)}
_CHECKS = {JSON: Body(told(wire.MarkupBody, wire.ABOUT), wire.MARKUP_EXAMPLE)}
_SOUND = sound("The sound, in the format asked for.", "audio/*")
_REFUSED = (*JSON_BODY, *FORMAT, *SPEECH)
_SESSION = {"X-Session-Id": "What to watch and stop the speech by, where the body names nothing."}
_SPEECH = documented(*_SOUND, body=_SPEAKS, refuses=_REFUSED, headers=_SESSION)


@post("/speech", status_code=200, opt=_SPEECH)
async def speech(
    request: Connection, delivering: Given[Delivering], settings: Given[Settings]
) -> ASGIResponse:
    """Speak to the end, then answer one file at the loudness asked for."""
    asked = await _asked(request, settings, whole=True)
    made = await while_connected(request, delivering.whole(asked))
    return ASGIResponse(body=made.data, headers=described(made), media_type=made.to.media_type)


@post("/speech/stream", status_code=200, opt=_SPEECH)
async def speech_stream(
    request: Connection, delivering: Given[Delivering], settings: Given[Settings]
) -> ASGIApp:
    """Speak at once, from the first sentence on."""
    asked = await _asked(request, settings, whole=False)
    return await streamed(request, delivering, asked, settings.stall_timeout_s)


@post(
    "/speech/timestamps",
    status_code=200,
    opt=documented(
        Answer(
            "The sound in base64, and times.",
            schema=wire.timed_schema(),
            example=wire.TIMED_EXAMPLE,
            headers=SPOKEN_HEADERS,
        ),
        body=_SPEAKS,
        refuses=_REFUSED,
        headers=_SESSION,
    ),
)
async def speech_timestamps(
    request: Connection, delivering: Given[Delivering], settings: Given[Settings]
) -> ASGIResponse:
    """Speak to the end, then answer the sound with the times of its words and marks."""
    asked = await _asked(request, settings, whole=True)
    made = await while_connected(request, delivering.whole(asked))
    body = await asyncio.to_thread(lambda: encode(wire.timed(made)))
    headers = described(made) | {"Content-Type": JSON}
    return ASGIResponse(body=body, headers=headers, media_type=JSON)


@get(
    "/ssml",
    opt=documented(
        Answer("Elements, and limits.", schema=wire.MARKUP_SCHEMA, example=wire.MARKUP_TOLD)
    ),
)
async def ssml(markup: Given[SpeechMarkup]) -> ASGIResponse:
    """Tell which markup is understood."""
    return ASGIResponse(body=encode(markup.described()), media_type="application/json")


@post(
    "/ssml/validate",
    status_code=200,
    opt=documented(
        Answer("What it means.", schema=wire.script_schema(), example=wire.SCRIPT_EXAMPLE),
        body=_CHECKS,
        refuses=(*JSON_BODY, *TEXT),
    ),
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
