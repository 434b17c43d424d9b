"""Text to speech: whole or streamed, with or without the times of the characters."""

import asyncio
from typing import Any

from litestar import Request, Router, post
from litestar.params import FromPath, FromQuery
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp

from application.delivering import Delivering, Delivery
from domain.speech import SpeechRequest
from entrypoints.body import encode
from entrypoints.elevenlabs.documents import SPEAKS, SPEAKS_TIMED, STREAMS_TIMED
from entrypoints.elevenlabs.timed import Timed
from entrypoints.elevenlabs.wire import speech as wire
from entrypoints.given import Given
from entrypoints.listening import while_connected
from entrypoints.settings import Settings
from entrypoints.spoken import SpokenResponse, described, streamed

Connection = Request[Any, Any, Any]


@post("/{voice_id:str}", status_code=200, opt=SPEAKS)
async def convert(
    request: Connection,
    voice_id: FromPath[str],
    delivering: Given[Delivering],
    settings: Given[Settings],
    output_format: FromQuery[str] = wire.DEFAULT_FORMAT,
) -> ASGIResponse:
    """Speak to the end, then answer one file."""
    _, asked = await _asked(request, settings, voice_id, output_format, whole=True)
    made = await while_connected(request, delivering.whole(asked))
    return ASGIResponse(body=made.data, headers=described(made), media_type=made.to.media_type)


@post("/{voice_id:str}/stream", status_code=200, opt=SPEAKS)
async def stream(
    request: Connection,
    voice_id: FromPath[str],
    delivering: Given[Delivering],
    settings: Given[Settings],
    output_format: FromQuery[str] = wire.DEFAULT_FORMAT,
) -> ASGIApp:
    """Speak at once, from the first sentence on."""
    _, asked = await _asked(request, settings, voice_id, output_format, whole=False)
    return await streamed(request, delivering, asked, settings.stall_timeout_s)


@post("/{voice_id:str}/with-timestamps", status_code=200, opt=SPEAKS_TIMED)
async def convert_with_timestamps(
    request: Connection,
    voice_id: FromPath[str],
    delivering: Given[Delivering],
    settings: Given[Settings],
    output_format: FromQuery[str] = wire.DEFAULT_FORMAT,
) -> ASGIResponse:
    """Speak to the end, then answer the sound and when each character is heard."""
    body, asked = await _asked(request, settings, voice_id, output_format, whole=True)
    made = await while_connected(request, delivering.whole(asked))
    answer = await asyncio.to_thread(
        lambda: encode(wire.timed(made, body.text, markup=asked.is_markup))
    )
    headers = described(made) | {"Content-Type": "application/json"}
    return ASGIResponse(body=answer, headers=headers, media_type="application/json")


@post("/{voice_id:str}/stream/with-timestamps", status_code=200, opt=STREAMS_TIMED)
async def stream_with_timestamps(
    request: Connection,
    voice_id: FromPath[str],
    delivering: Given[Delivering],
    settings: Given[Settings],
    output_format: FromQuery[str] = wire.DEFAULT_FORMAT,
) -> ASGIApp:
    """Speak at once: a JSON object a line, each with sound and the characters heard in it."""
    body, asked = await _asked(request, settings, voice_id, output_format, whole=False)
    delivery = await while_connected(request, delivering.begin(asked), Delivery.aclose)
    return SpokenResponse(
        delivery,
        asked.finish.to,
        stall_timeout_s=settings.stall_timeout_s,
        wrapping=Timed(delivery, body.text, asked.finish.to, markup=asked.is_markup),
    )


routes = Router(
    "/v1/text-to-speech",
    route_handlers=[convert, stream, convert_with_timestamps, stream_with_timestamps],
)


async def _asked(
    request: Connection, settings: Settings, voice_id: str, output_format: str, *, whole: bool
) -> tuple[wire.SpeechBody, SpeechRequest]:
    body = wire.decode_speech(await request.body())
    finish = wire.finish(output_format, settings.target, whole=whole)
    session_id = request.headers.get("x-session-id")
    asked = wire.speech_request(body, voice_id, finish, session_id, request.user.owner)
    return body, asked
