"""A bus that remembers everything it was told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from typing_extensions import override

from domain.events import Event
from domain.ports import EventBus


class HeardEvents(EventBus):
    def __init__(self) -> None:
        self.heard: list[Event] = []

    @override
    def publish(self, event: Event) -> None:
        self.heard.append(event)

    @override
    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[Event]]:
        async def past() -> AsyncIterator[Event]:
            for event in tuple(self.heard):
                yield event

        yield past()
