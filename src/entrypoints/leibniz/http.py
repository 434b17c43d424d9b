"""Leibniz's plain routes."""

import asyncio
from typing import Any

from litestar import Request, Router, post
from litestar.response.base import ASGIResponse

from application.delivering import Delivering
from entrypoints.body import encode
from entrypoints.documented import JSON, Answer, documented, told
from entrypoints.given import Given
from entrypoints.leibniz import wire
from entrypoints.listening import while_connected
from entrypoints.settings import Settings
from entrypoints.spoken import described


@post(
    "/synthesize",
    status_code=200,
    operation_class=documented(
        Answer("The samples in base64; `cached` when no engine was needed.", JSON, wire.ANSWER),
        body={JSON: (told(wire.SynthesizeBody, wire.ABOUT), wire.EXAMPLE)},
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
    """Return Leibniz's plain routes."""
    return Router("/api/v1", route_handlers=[synthesize], tags=["Leibniz"])
