"""The account: what clients ask of plans before they speak."""

from typing import Any

from litestar import Request, Router, get
from litestar.response.base import ASGIResponse

from application.voices import Voices
from domain.ports import VoiceSearch
from entrypoints.body import encode
from entrypoints.elevenlabs.documents import Answers
from entrypoints.elevenlabs.wire import account as wire
from entrypoints.given import Given

Connection = Request[Any, Any, Any]


@get("/", operation_class=Answers)
async def user(request: Connection, voices: Given[Voices]) -> ASGIResponse:
    """Tell who calls, and what they may use."""
    return _json(wire.user(request.user.owner, await _saved(request, voices)))


@get("/subscription", operation_class=Answers)
async def subscription(request: Connection, voices: Given[Voices]) -> ASGIResponse:
    """Tell what may be used: there is no quota in a house of one's own."""
    return _json(wire.subscription(await _saved(request, voices)))


routes = Router("/v1/user", route_handlers=[user, subscription])


async def _saved(request: Connection, voices: Voices) -> int:
    return (await voices.find(VoiceSearch(request.user.owner, limit=1))).total


def _json(reply: object) -> ASGIResponse:
    return ASGIResponse(body=encode(reply), media_type="application/json")
