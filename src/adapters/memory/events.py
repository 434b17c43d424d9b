"""The event bus of one process: every listener has its own bounded queue."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from typing_extensions import override

from domain.events import Event
from domain.ports import EventBus

_LONGEST_QUEUE = 10_000


class MemoryEvents(EventBus):
    """Tells events to listeners on the same loop; the slow lose their oldest, and are counted."""

    def __init__(self, longest_queue: int = _LONGEST_QUEUE) -> None:
        self._longest_queue = longest_queue
        self._listeners: list[_Listener] = []
        self.dropped = 0

    @override
    def publish(self, event: Event) -> None:
        for listener in self._listeners:
            self.dropped += listener.hear(event)

    @override
    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[Event]]:
        listener = _Listener(self._longest_queue)
        self._listeners.append(listener)
        try:
            yield listener
        finally:
            self._listeners.remove(listener)


class _Listener(AsyncIterator[Event]):
    def __init__(self, longest: int) -> None:
        self._events: deque[Event] = deque(maxlen=longest)
        self._something = asyncio.Event()

    def hear(self, event: Event) -> bool:
        """Keep the event; return True when the oldest had to go for it."""
        full = len(self._events) == self._events.maxlen
        self._events.append(event)
        self._something.set()
        return full

    @override
    async def __anext__(self) -> Event:
        while not self._events:
            self._something.clear()
            await self._something.wait()
        return self._events.popleft()
