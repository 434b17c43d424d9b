"""One line between the task that listens and the child that speaks it."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from enum import Enum, auto
from typing import Protocol, Self

from typing_extensions import override

from domain.alignment import Aligner
from domain.errors import EngineBusyError, SpeechError
from domain.ports import Chunk, SpokenLine, Word

log = logging.getLogger(__name__)

SHORTEST_RETRY_S = 0.1


class _State(Enum):
    WAITING = auto()
    SPEAKING = auto()
    MADE = auto()
    FAILED = auto()
    LEFT = auto()


class Queue(Protocol):
    """Where utterances wait for their turn."""

    def admit(self, utterance: "Utterance") -> None:
        """Take it in, or raise."""
        ...

    def drop(self, utterance: "Utterance") -> None:
        """Forget it; if it is being spoken, stop."""
        ...

    def take(self, utterance: "Utterance", samples: int) -> None:
        """Its listener has taken so many samples, all so far."""
        ...

    def expected_wait_s(self) -> float:
        """How long a new line would wait."""
        ...


class Utterance(AbstractAsyncContextManager[AsyncIterator[Chunk]], AsyncIterator[Chunk]):
    """All of it happens on one loop: whoever listens may be another task than whoever leaves."""

    def __init__(self, ticket: int, line: SpokenLine, rate_hz: int, queue: Queue) -> None:
        self.ticket = ticket
        self.line = line
        self.needed_s = 0.0
        self._queue = queue
        self._state = _State.WAITING
        self._error: SpeechError | None = None
        self._chunks: deque[Chunk] = deque()
        self._aligner = Aligner(line.text, line.language, rate_hz, line.rate)
        self._taken = 0
        self._deadline_s = 0.0
        self._news = asyncio.Event()

    @override
    async def __aenter__(self) -> Self:
        now_s = time.monotonic()
        self.needed_s = now_s + self.line.lead_s
        self._deadline_s = now_s + self.line.start_within_s
        self._queue.admit(self)
        return self

    @override
    async def __aexit__(self, *_: object) -> None:
        self._become(_State.LEFT)
        self._chunks.clear()
        self._queue.drop(self)

    @override
    async def __anext__(self) -> Chunk:
        while not self._chunks:
            if self._state in {_State.LEFT, _State.MADE}:
                raise StopAsyncIteration
            if self._error is not None:
                raise self._error
            await self._wait()
        chunk = self._chunks.popleft()
        self._taken += len(chunk.samples)
        self._queue.take(self, self._taken)
        return chunk

    def begin(self) -> bool:
        """There is a seat for it; False if it comes too late."""
        if time.monotonic() >= self._deadline_s:
            self.fail(self._late())
            return False
        self._become(_State.SPEAKING)
        return True

    def hear(self, chunk: Chunk) -> None:
        """The child has made this much more of it."""
        if self._state is _State.SPEAKING:
            self._chunks.append(replace(chunk, words=self._words(chunk)))
            self._become(_State.MADE if chunk.last else _State.SPEAKING)

    def _words(self, chunk: Chunk) -> tuple[Word, ...]:
        """Find words in the sound; a line without them is better than no line."""
        try:
            return self._aligner.hear(chunk.samples, last=chunk.last)
        except (ArithmeticError, ValueError):
            log.exception("the words of a line could not be found")
            return ()

    def fail(self, error: SpeechError) -> None:
        """The line cannot be spoken; whoever waits for it learns why."""
        if self._state in {_State.WAITING, _State.SPEAKING}:
            self._error = error
            self._become(_State.FAILED)

    def _late(self) -> EngineBusyError:
        return EngineBusyError(max(SHORTEST_RETRY_S, self._queue.expected_wait_s()))

    def _become(self, state: _State) -> None:
        self._state = state
        self._news.set()

    async def _wait(self) -> None:
        """Wait for news, or for the moment until which the line may wait to begin."""
        self._news.clear()
        if self._state is not _State.WAITING:
            await self._news.wait()
            return
        try:
            async with asyncio.timeout(max(0.0, self._deadline_s - time.monotonic())):
                await self._news.wait()
        except TimeoutError:
            if self._state is _State.WAITING:
                self._queue.drop(self)
                self.fail(self._late())
