"""WebSockets as every dialect meets them: messages in at a bounded pace, messages out or a cut."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect
from litestar.types import WebSocketSendEvent

from domain.access import ANYONE, Caller
from domain.errors import UnavailableError

log = structlog.get_logger()

Socket = WebSocket[Any, Any, Any]

LARGEST_MESSAGE = 64 * 2**10
_A_SECOND = 500
_AT_ONCE = 1_000
_FAREWELL_S = 2.0
_LONGEST_REASON = 123


class TooManySocketsError(UnavailableError):
    """One caller holds more sockets than anybody should."""

    def __init__(self, most: int) -> None:
        super().__init__(f"This key has {most} sockets open already; close some first.")


class StalledError(Exception):
    """The client left what was sent unread for too long."""


def counted_as(socket: Socket, caller: Caller) -> str:
    """Return what a caller's sockets are counted under: their name, or where they come from."""
    if caller is not ANYONE:
        return caller.name
    return socket.client.host if socket.client else ""


class OpenSockets:
    """Counts the sockets of each caller."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()
        self._served: set[Callable[[], bool]] = set()

    @property
    def count(self) -> int:
        """How many are open, of all callers."""
        return self._open.total()

    @property
    def owe(self) -> bool:
        """Whether any client has still to be sent what was spoken for it."""
        return any(owes() for owes in self._served)

    @contextmanager
    def served(self, owes: Callable[[], bool]) -> Iterator[None]:
        """Ask this, for as long as a socket is served, whether its client is owed anything."""
        self._served.add(owes)
        try:
            yield
        finally:
            self._served.discard(owes)

    @contextmanager
    def one_more(self, caller: str) -> Iterator[None]:
        """Count a socket for as long as it is used; `TooManySocketsError` if it is one too many."""
        if self._open[caller] >= self._most:
            raise TooManySocketsError(self._most)
        self._open[caller] += 1
        try:
            yield
        finally:
            self._open[caller] -= 1
            self._open += Counter()


class Line:
    """An accepted socket; who sends faster than anybody speaks is read no faster than that."""

    def __init__(self, socket: Socket, stall_timeout_s: float) -> None:
        self._socket = socket
        self._stall_timeout_s = stall_timeout_s
        self._allowed = float(_AT_ONCE)
        self._allowed_at_s = 0.0

    async def messages(self) -> AsyncGenerator[str | bytes]:
        """Yield what the client sends, until it is gone."""
        while True:
            event = await self._socket.receive()
            if event["type"] != "websocket.receive":
                return
            text = event.get("text")
            yield event.get("bytes") or b"" if text is None else text
            await self._breathe()

    async def send(self, data: bytes, *, binary: bool = False) -> None:
        """Send a message.

        `StalledError` where the client does not read, `WebSocketDisconnect` where it is gone.
        """
        event: WebSocketSendEvent = {
            "type": "websocket.send",
            "bytes": data if binary else None,
            "text": None if binary else data.decode(),
        }
        try:
            async with asyncio.timeout(self._stall_timeout_s):
                await self._socket.send(event)
        except TimeoutError as error:
            raise StalledError from error
        except (OSError, RuntimeError) as error:
            # a server may know of it before the disconnect was received
            raise WebSocketDisconnect(detail="The client is gone.") from error

    async def close(self, code: int, reason: str = "", *told: bytes) -> None:
        """End the socket behind last messages; who is gone, or does not read, is left as it is.

        Of the reason as much is sent as a close frame holds.
        """
        within = reason.encode()[:_LONGEST_REASON].decode(errors="ignore")
        try:
            async with asyncio.timeout(_FAREWELL_S):
                for data in filter(None, told):
                    await self.send(data)
                await self._socket.close(code, within)
        except (StalledError, WebSocketDisconnect, OSError, RuntimeError) as error:
            log.debug("socket was gone before it was closed", reason=repr(error))

    async def _breathe(self) -> None:
        """Wait for as long as the client is ahead of its pace."""
        now_s = asyncio.get_running_loop().time()
        gained = (now_s - self._allowed_at_s) * _A_SECOND
        self._allowed = min(_AT_ONCE, self._allowed + gained) - 1
        self._allowed_at_s = now_s
        if self._allowed < 0:
            await asyncio.sleep(-self._allowed / _A_SECOND)
