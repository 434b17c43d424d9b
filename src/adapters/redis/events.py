"""Session events for whoever orchestrates: told over Redis while it is there, never waited for."""

import asyncio
import logging
from collections import deque
from types import TracebackType
from typing import Self

from adapters.redis.address import client
from adapters.redis.ending import end
from adapters.redis.messages import told
from domain.events import EventsLost
from domain.ports import Clock, EventBus

log = logging.getLogger(__name__)

_MOST_WAITING = 10_000
_AT_ONCE = 500
_WITHIN_S = 1.0
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_FAREWELL_S = 1.0


class RedisEvents:
    """Listens to the bus while entered, and publishes what it tells of sessions.

    Events that cannot be told are dropped and counted: nobody is told late what has long passed.
    """

    def __init__(
        self,
        url: str,
        *,
        bus: EventBus,
        clock: Clock,
        prefix: str,
        most_waiting: int = _MOST_WAITING,
    ) -> None:
        self._redis = client(url)
        self._bus = bus
        self._clock = clock
        self._prefix = prefix
        self._waiting: deque[tuple[str, bytes]] = deque(maxlen=most_waiting)
        self._something = asyncio.Event()
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._away = False
        self._closing = False
        self.dropped = 0

    async def __aenter__(self) -> Self:
        self._closing = False
        subscribed = asyncio.Event()
        listening = asyncio.create_task(self._listen(subscribed))
        self._tasks = (listening, asyncio.create_task(self._tell()))
        await subscribed.wait()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Tell what waits to be told, for a moment at most."""
        listening, telling = self._tasks
        await asyncio.sleep(0)
        listening.cancel()
        self._closing = True
        self._something.set()
        await asyncio.wait({telling}, timeout=_FAREWELL_S)
        for task in self._tasks:
            await end(task)
        await self._redis.aclose()

    async def _listen(self, subscribed: asyncio.Event) -> None:
        async with self._bus.subscribe() as events:
            subscribed.set()
            async for event in events:
                message = told(event, self._clock.now())
                if message is None:
                    continue
                if len(self._waiting) == self._waiting.maxlen:
                    self._lose(1)
                name, data = message
                self._waiting.append((f"{self._prefix}:{name}", data))
                self._something.set()

    async def _tell(self) -> None:
        """Publish what waits; while Redis is away, let it go and look again after a pause."""
        pause_s = 0.0
        while not (self._closing and (self._away or not self._waiting)):
            if self._away:
                pause_s = min(_LONGEST_PAUSE_S, max(_FIRST_PAUSE_S, pause_s * 2))
                await asyncio.sleep(pause_s)
                self._lose(len(self._waiting))
                self._waiting.clear()
            await self._publish()
            if self._away:
                continue
            pause_s = 0.0
            while not self._waiting and not self._closing:
                self._something.clear()
                await self._something.wait()

    async def _publish(self) -> None:
        """Publish some of what waits, or ask whether Redis is there."""
        some = [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]
        try:
            async with asyncio.timeout(_WITHIN_S), self._redis.pipeline(transaction=False) as line:
                for name, data in some:
                    line.publish(name, data)
                if not some:
                    line.ping()
                await line.execute()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with Redis, speech goes on
            self._lose(len(some))
            self._leave(error)
            return
        if self._away:
            log.info("Redis answers again; it is told of events.")
        self._away = False

    def _leave(self, error: Exception) -> None:
        if not self._away:
            why = str(error) or "no answer in time"
            log.warning("Redis is told of no events (%s); speech goes on.", why)
        self._away = True

    def _lose(self, count: int) -> None:
        if count:
            self.dropped += count
            self._bus.publish(EventsLost(count))
