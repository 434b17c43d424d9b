"""Our ends of a program's two pipes: nothing is held here, and a pipe's own room is small."""

import asyncio
import os
import select
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from fcntl import F_SETPIPE_SZ, fcntl

from typing_extensions import override

_AT_MOST_BYTES = 64 * 1024

Waiting = Callable[[], AbstractContextManager[None]]
"""Entered while an end waits for the program."""


class _End:
    """A descriptor that is waited for on the event loop; one task at a time may use it."""

    def __init__(self, descriptor: int, waiting: Waiting) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._waiting = waiting
        self._ready: asyncio.Future[None] | None = None

    def close(self) -> None:
        """Let go; whoever waits is woken and finds it closed."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor < 0:
            return
        self._forget(descriptor)
        os.close(descriptor)
        self._wake()

    async def _until_ready(self) -> None:
        self._ready = asyncio.get_running_loop().create_future()
        descriptor = self._descriptor
        self._watch(descriptor)
        try:
            with self._waiting():
                await self._ready
        finally:
            self._ready = None
            if descriptor == self._descriptor:
                self._forget(descriptor)

    def _wake(self) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(None)

    def _watch(self, descriptor: int) -> None:
        raise NotImplementedError

    def _forget(self, descriptor: int) -> None:
        raise NotImplementedError


class Inlet(_End):
    """Where a program is given bytes."""

    @property
    def is_cut(self) -> bool:
        """Whether the program is gone, known before anybody buries it."""
        if self._descriptor < 0:
            return True
        asking = select.poll()
        asking.register(self._descriptor, 0)
        return bool(asking.poll(0))

    async def write(self, data: memoryview) -> None:
        """Give all of it; `OSError` when the program takes no more or the end is closed."""
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                await self._until_ready()

    @override
    def _watch(self, descriptor: int) -> None:
        asyncio.get_running_loop().add_writer(descriptor, self._wake)

    @override
    def _forget(self, descriptor: int) -> None:
        asyncio.get_running_loop().remove_writer(descriptor)


class Outlet(_End):
    """Where a program answers."""

    async def read(self) -> bytes:
        """Return what there is, and none at the end; `OSError` when this end is closed."""
        while True:
            try:
                return os.read(self._descriptor, _AT_MOST_BYTES)
            except BlockingIOError:
                await self._until_ready()

    @override
    def _watch(self, descriptor: int) -> None:
        asyncio.get_running_loop().add_reader(descriptor, self._wake)

    @override
    def _forget(self, descriptor: int) -> None:
        asyncio.get_running_loop().remove_reader(descriptor)


def narrow_pipe(room_bytes: int) -> tuple[int, int]:
    """Return the reading and the writing descriptor of a pipe that holds about so much."""
    reading, writing = os.pipe()
    # a user with very many pipes is refused even this; the pipe is then no larger than that
    with suppress(OSError):
        fcntl(writing, F_SETPIPE_SZ, room_bytes)
    return reading, writing
