"""What else the use cases need of the world: a bus, a clock and a relay of sound."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.events import Event


@dataclass(frozen=True, slots=True)
class Relayed:
    """Sound that somebody published: 16-bit samples, and whether they are the last."""

    data: bytes
    last: bool = False


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


class AudioRelay(Protocol):
    """Carries sound from whoever makes it to whoever relays it, by named channels."""

    def listen(self, channel: str) -> AbstractAsyncContextManager[AsyncIterator[Relayed]]:
        """Hear what is published to a channel from entering until leaving.

        A carrier that is away for a while is waited for, and what it carried meanwhile is lost;
        `RelayDownError` where it stays away, or where there is none.
        """
        ...
