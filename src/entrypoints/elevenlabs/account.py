"""The account: what clients ask of plans before they speak."""

from litestar import Router, get
from litestar.response.base import ASGIResponse

from application.voices import Voices
from domain.ports import VoiceSearch
from entrypoints.documented import documented
from entrypoints.elevenlabs.documents import SUBSCRIPTION, USER
from entrypoints.elevenlabs.wire import account as wire
from entrypoints.given import Given
from entrypoints.refusals import STORE
from entrypoints.replies import Connection, json


@get("/", opt=documented(USER, refuses=STORE))
async def user(request: Connection, voices: Given[Voices]) -> ASGIResponse:
    """Tell who calls, and what they may use."""
    return json(wire.user(request.user.owner, await _saved(request, voices)))


@get("/subscription", opt=documented(SUBSCRIPTION, refuses=STORE))
async def subscription(request: Connection, voices: Given[Voices]) -> ASGIResponse:
    """Tell what may be used: there is no quota in a house of one's own."""
    return json(wire.subscription(await _saved(request, voices)))


routes = Router("/v1/user", route_handlers=[user, subscription])


async def _saved(request: Connection, voices: Voices) -> int:
    return (await voices.find(VoiceSearch(request.user.owner, limit=1))).total
