"""Leibniz's routes: the plain one, and the socket beside it."""

import asyncio
from typing import Any

from litestar import Request, Router, post
from litestar.response.base import ASGIResponse

from application.delivering import Delivering
from entrypoints.body import encode
from entrypoints.dialect import Dialect
from entrypoints.documented import SPOKEN_HEADERS, Answer, Body, documented
from entrypoints.given import Given
from entrypoints.leibniz import socket
from entrypoints.leibniz.wire import synthesize as wire
from entrypoints.listening import while_connected
from entrypoints.refusals import JSON_BODY, SPEECH
from entrypoints.schemas import JSON, told
from entrypoints.settings import Settings
from entrypoints.spoken import described

DIALECT = Dialect("Leibniz", "Leibniz's XTTS service: samples in base64, within JSON.")


@post(
    "/synthesize",
    status_code=200,
    opt=documented(
        Answer(
            "The samples in base64.",
            schema=wire.answer_schema(),
            example=wire.ANSWER,
            headers=SPOKEN_HEADERS,
        ),
        body={JSON: Body(told(wire.SynthesizeBody, wire.ABOUT), wire.EXAMPLE)},
        refuses=(*JSON_BODY, *SPEECH),
    ),
)
async def synthesize(
    request: Request[Any, Any, Any],
    delivering: Given[Delivering],
    settings: Given[Settings],
) -> ASGIResponse:
    """Speak to the end, then answer the samples within JSON."""
    asked = wire.decode_synthesize(await request.body())
    session_id = request.headers.get("x-session-id")
    speech = wire.speech_request(asked, settings.target, session_id, request.user.owner)
    made = await while_connected(request, delivering.whole(speech))
    body = encode(await asyncio.to_thread(wire.synthesized, made))
    headers = described(made) | {"Content-Type": JSON}
    return ASGIResponse(body=body, headers=headers, media_type=JSON)


def routes(_settings: Settings) -> Router:
    """Return Leibniz's routes."""
    return DIALECT.router("/api/v1", [synthesize, socket.stream])
