"""What else the use cases need of the world: a studio, a splitter, a bus, a clock."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from domain.audio import Pcm
from domain.events import Event
from domain.voice import Clip


class SoundStudio(Protocol):
    """Reads what people upload; `StudioBusyError` when its tools fail."""

    async def read_clip(self, upload: bytes) -> Pcm:
        """Decode an upload at its own rate, mixed to mono; `ClipRefusedError` says what is wrong.

        Reads nothing but these bytes, and at most one second more than the longest clip allowed.
        """
        ...

    async def pack(self, pcm: Pcm) -> Clip:
        """Return the sound as a lossless clip to keep."""
        ...


class SentenceSplitter(Protocol):
    """Knows where sentences end in many languages."""

    def split(self, text: str, language: str) -> list[str]:
        """Cut the text behind each sentence; the parts joined are the text."""
        ...


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
