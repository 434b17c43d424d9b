"""The model's own loop without a process around it: a pipe that is played from a list."""

import time
from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np
from typing_extensions import override

from adapters.xtts.messages import Failed, FromChild, Sound, Speak, Taken, ToChild
from adapters.xtts.model.opening import Model
from adapters.xtts.pipe import ServerGoneError
from adapters.xtts.worker import Pipe, Worker
from domain.audio import Samples
from domain.ports import SpokenLine


class Desk(Pipe):
    """Hands the messages in, takes every sound at once, and goes when all lines have ended."""

    def __init__(self, messages: Iterable[ToChild]) -> None:
        self._coming = deque(messages)
        self._open = {each.ticket for each in self._coming if isinstance(each, Speak)}
        self.told: list[tuple[float, FromChild]] = []

    @override
    def hear(self, within_s: float = 0.0) -> ToChild | None:
        """Return the next message; by then somebody has listened to the sound."""
        del within_s
        if self._coming:
            return self._coming.popleft()
        if not self._open:
            raise ServerGoneError
        return None

    @override
    def tell(self, message: FromChild) -> None:
        """Note what came and when."""
        self.told.append((time.perf_counter(), message))
        if isinstance(message, Sound):
            self._coming.append(Taken(message.ticket, self._sent(message.ticket)))
            if message.chunk.last:
                self._open.discard(message.ticket)
        elif isinstance(message, Failed):
            self._open.discard(message.ticket)

    def chunks(self, ticket: int) -> list[Samples]:
        """Return the sound of one line as it came."""
        return [
            message.chunk.samples
            for _, message in self.told
            if isinstance(message, Sound) and message.ticket == ticket
        ]

    def failures(self) -> list[str]:
        """Return why lines failed."""
        return [message.reason for _, message in self.told if isinstance(message, Failed)]

    def _sent(self, ticket: int) -> int:
        return sum(map(len, self.chunks(ticket)))


def spoken(model: Model, lines: Sequence[SpokenLine], chunk_tokens: int | None = None) -> Desk:
    """Have lines spoken at once; each has the ticket of its place."""
    desk = Desk([Speak(ticket, line) for ticket, line in enumerate(lines)])
    try:
        Worker(desk, model, chunk_tokens).work()
    except ServerGoneError:
        return desk
    raise AssertionError


def sound(model: Model, line: SpokenLine, chunk_tokens: int | None = None) -> Samples:
    """Return the whole sound of one line."""
    return np.concatenate(spoken(model, [line], chunk_tokens).chunks(0))
