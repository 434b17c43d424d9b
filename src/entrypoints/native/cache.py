"""The caches: how they do, and the way to empty them."""

from litestar import Router, delete, get
from litestar.response.base import ASGIResponse

from application.caches import Caches
from entrypoints.given import Given
from entrypoints.native.documented import answers
from entrypoints.native.problems import refusals
from entrypoints.native.wire import service as wire
from entrypoints.replies import json


@get("/cache", responses={200: answers(wire.CacheReply, "How the caches do."), **refusals()})
async def cache(caches: Given[Caches]) -> ASGIResponse:
    """Tell how full the caches are and how well they serve."""
    return json(wire.cache(*await caches.stats(), caches.ttl_s))


@delete(
    "/cache",
    status_code=200,
    responses={200: answers(wire.ClearedReply, "How much was forgotten."), **refusals()},
)
async def clear(caches: Given[Caches]) -> ASGIResponse:
    """Forget what the caches hold; nothing saved is lost."""
    return json(wire.ClearedReply(*await caches.clear()))


routes = Router("/", route_handlers=[cache, clear])
