"""What else the use cases need of the world: a bus and a clock."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from domain.events import Event


class EventBus(Protocol):
    """Tells what happened to whoever listens."""

    def publish(self, event: Event) -> None:
        """Never waits, never raises; a listener that is too slow loses its oldest events."""
        ...

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """Listen to all that is published from entering until leaving."""
        ...


class Clock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the date and time, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only ever rise."""
        ...
