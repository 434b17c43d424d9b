"""The wiring of Redis: loaded only where there is one, for its library is an extra."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from adapters.redis.audio import RedisAudioCache
from adapters.redis.events import RedisEvents
from adapters.redis.relay import RedisRelay
from domain.ports import Clock, EventBus
from entrypoints.settings import Settings


class RedisParts:
    """Everything that goes over Redis; nothing is dialled before it is entered."""

    def __init__(self, url: str, settings: Settings, bus: EventBus, clock: Clock) -> None:
        self.events = RedisEvents(url, bus=bus, clock=clock, prefix=settings.redis_prefix)
        self.relay = RedisRelay(url, patience_s=settings.forward_patience_s)
        self.recordings = RedisAudioCache(
            url,
            prefix=settings.redis_prefix,
            limit_bytes=settings.audio_cache_redis_bytes,
            ttl_s=settings.audio_cache_redis_ttl_s,
            patience_s=settings.redis_patience_ms / 1000,
        )

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[None]:
        """Tell events while entered; a Redis that is away is a warning in the log."""
        async with AsyncExitStack() as stack:
            for part in (self.recordings, self.relay, self.events):
                await stack.enter_async_context(part)
            yield
