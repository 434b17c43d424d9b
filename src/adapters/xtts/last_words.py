"""What a child wrote to its standard error before it ended; the server's log has only that."""

import asyncio
from contextlib import suppress
from typing import IO

from typing_extensions import override

_LONGEST_TAIL = 8192


class LastWords(asyncio.Protocol):
    """Keeps the end of what a child writes to its standard error."""

    def __init__(self) -> None:
        self._tail = b""
        self._over = asyncio.Event()
        self._transport: asyncio.BaseTransport | None = None

    async def listen(self, stderr: IO[bytes] | None) -> None:
        """Begin to read it."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.connect_read_pipe(lambda: self, stderr)

    async def wait(self, within_s: float) -> None:
        """Let it come to its end, where it has one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._over.wait()

    @override
    def data_received(self, data: bytes) -> None:
        self._tail = (self._tail + data)[-_LONGEST_TAIL:]

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._over.set()

    def read(self) -> str:
        """Return what is said of an end: other lines may hold what somebody had spoken."""
        text = self._tail.decode("utf-8", "replace")
        begins = max(text.rfind("Traceback (most recent"), text.rfind("Fatal Python error"))
        return text[begins:].rstrip() if begins >= 0 else ""

    def close(self) -> None:
        """Read no more."""
        if self._transport is not None:
            self._transport.close()
