"""One line between the loop that asked for it and the thread that has it spoken."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from enum import Enum, auto
from typing import Protocol, Self

from typing_extensions import override

from adapters.espeak.job import Job
from adapters.espeak.stage import Listener
from domain.errors import EngineBusyError, UnavailableError
from domain.ports import Chunk, SpokenLine

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

    def expected_wait_s(self) -> float:
        """How long a new line would wait."""
        ...


class Utterance(AbstractAsyncContextManager[AsyncIterator[Chunk]], AsyncIterator[Chunk], Listener):
    """The two sides share only what the lock guards; waking goes through the listener's loop."""

    def __init__(self, line: SpokenLine, job: Job, queue: Queue) -> None:
        self.line = line
        self.job = job
        self._queue = queue
        self._lock = threading.Lock()
        self._state = _State.WAITING
        self._error: UnavailableError | None = None
        self._chunks: deque[Chunk] = deque()
        self.needed_s = 0.0
        self._deadline_s = 0.0
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @override
    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        now_s = time.monotonic()
        self.needed_s = now_s + self.line.lead_s
        self._deadline_s = now_s + self.line.start_within_s
        self._queue.admit(self)
        return self

    @override
    async def __aexit__(self, *_: object) -> None:
        with self._lock:
            self._state = _State.LEFT
            self._chunks.clear()
        self._queue.drop(self)
        self._news.set()

    @override
    async def __anext__(self) -> Chunk:
        while True:
            self._news.clear()
            with self._lock:
                chunk, state = (self._chunks.popleft() if self._chunks else None), self._state
            if chunk is not None:
                return chunk
            if state in {_State.LEFT, _State.MADE}:
                raise StopAsyncIteration
            if state is _State.FAILED and self._error is not None:
                raise self._error
            await self._wait(state)

    def begin(self) -> bool:
        """The thread's turn for this line; False if nobody wants it any more."""
        with self._lock:
            if self._state is _State.WAITING and time.monotonic() < self._deadline_s:
                self._state = _State.SPEAKING
        if self._state is _State.WAITING:
            self.expire()
        return self._state is _State.SPEAKING

    @override
    def hear(self, chunk: Chunk) -> None:
        with self._lock:
            if self._state is not _State.SPEAKING:
                return
            self._chunks.append(chunk)
            if chunk.last:
                self._state = _State.MADE
        self._wake()

    @override
    def wanted(self) -> bool:
        return self._state is _State.SPEAKING

    def fail(self, error: UnavailableError) -> None:
        """The line cannot be spoken; whoever waits for it learns why."""
        with self._lock:
            if self._state not in {_State.WAITING, _State.SPEAKING}:
                return
            self._state = _State.FAILED
            self._error = error
        self._wake()

    def expire(self) -> None:
        """The line waited too long to begin."""
        self.fail(EngineBusyError(max(SHORTEST_RETRY_S, self._queue.expected_wait_s())))
        self._queue.drop(self)

    async def _wait(self, state: _State) -> None:
        if state is not _State.WAITING:
            await self._news.wait()
            return
        try:
            async with asyncio.timeout(max(0.0, self._deadline_s - time.monotonic())):
                await self._news.wait()
        except TimeoutError:
            with self._lock:
                late = self._state is _State.WAITING
            if late:
                self.expire()

    def _wake(self) -> None:
        """Tell the loop there is news, if there still is a loop."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._news.set)
