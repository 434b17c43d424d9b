"""The caches: how they do, and the way to empty them."""

from litestar import Router, delete, get
from litestar.response.base import ASGIResponse

from application.caches import Caches
from entrypoints.documented import Answer, documented
from entrypoints.given import Given
from entrypoints.native.wire import service as wire
from entrypoints.replies import json
from entrypoints.schemas import record, told


@get(
    "/cache",
    opt=documented(
        Answer(
            "How the caches do.",
            schema=told(wire.CacheReply, wire.ABOUT),
            example=wire.CACHE_EXAMPLE,
        )
    ),
)
async def cache(caches: Given[Caches]) -> ASGIResponse:
    """Tell how full the caches are and how well they serve."""
    return json(wire.cache(*await caches.stats(), caches.ttl_s))


@delete(
    "/cache",
    status_code=200,
    opt=documented(
        Answer(
            "How much was forgotten.",
            schema=record(voices=(int, "Voices."), lines=(int, "Lines.")),
            example={"voices": 1, "lines": 3},
        )
    ),
)
async def clear(caches: Given[Caches]) -> ASGIResponse:
    """Forget what the caches hold; nothing saved is lost."""
    return json(wire.ClearedReply(*await caches.clear()))


routes = Router("/", route_handlers=[cache, clear])
