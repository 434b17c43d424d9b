"""Messages as frames over a socket: the server hears them on its loop, the child waits for them."""

import asyncio
import pickle
import select
import socket
import struct
import threading
import time
from typing import Any, Generic, TypeVar, get_args

from adapters.xtts.messages import FromChild, ToChild

_LENGTH = struct.Struct("<I")
# A lesson of several clips is the longest there is; text in place of a frame claims far more.
_LONGEST = 2**29
_AT_ONCE = 2**18

Heard = TypeVar("Heard")


class FrameBrokenError(Exception):
    """What came is no message."""


class ServerGoneError(Exception):
    """Nobody is left to speak for."""


class Frames(Generic[Heard]):
    """Cuts the bytes that arrive, however they arrive, into messages."""

    def __init__(self, kinds: Any) -> None:
        self._kinds = get_args(kinds)
        self._bytes = bytearray()

    def feed(self, arrived: bytes) -> None:
        """Take what has arrived."""
        self._bytes += arrived

    def next(self) -> Heard | None:
        """Return the next message; None until it is whole."""
        if len(self._bytes) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._bytes)
        if length > _LONGEST:
            raise FrameBrokenError(f"a frame claims {length} bytes")
        end = _LENGTH.size + length
        if len(self._bytes) < end:
            return None
        message = self._opened(bytes(memoryview(self._bytes)[_LENGTH.size : end]))
        del self._bytes[:end]
        return message

    def _opened(self, body: bytes) -> Heard:
        try:
            message: Heard = pickle.loads(body)  # noqa: S301 - both ends are our own code
        except Exception as error:  # a broken pickle raises nearly anything
            raise FrameBrokenError(f"a frame cannot be read ({type(error).__name__})") from error
        if not isinstance(message, self._kinds):
            raise FrameBrokenError(f"a frame holds a {type(message).__name__}")
        return message


def framed(message: ToChild | FromChild) -> bytes:
    """Return the message as it travels."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(body)) + body


class ServerPipe:
    """The server's end: telling never waits, hearing is awaited by one task."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames = Frames[FromChild](FromChild)

    @classmethod
    async def over(cls, sock: socket.socket) -> "ServerPipe":
        """Take the socket over."""
        return cls(*await asyncio.open_connection(sock=sock, limit=2**24))

    @property
    def unsent(self) -> int:
        """How many bytes the child has not taken in yet."""
        return self._writer.transport.get_write_buffer_size()

    def tell(self, message: ToChild) -> None:
        """Send it, or keep it until the child reads; to one that is gone, nothing is said."""
        if not self._writer.is_closing():
            self._writer.write(framed(message))

    async def hear(self) -> FromChild:
        """Return the next message; `EOFError` when no other will come."""
        while (message := self._frames.next()) is None:
            arrived = await self._reader.read(_AT_ONCE)
            if not arrived:
                raise EOFError("the child has ended")
            self._frames.feed(arrived)
        return message

    def drop(self) -> None:
        """Close without waiting; whoever hears learns that it is over."""
        self._writer.transport.abort()


class ChildPipe:
    """The child's end: any thread may tell; one hears, and waits as long as it likes."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._sock.setblocking(True)
        self._telling = threading.Lock()
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)
        self._frames = Frames[ToChild](ToChild)

    def tell(self, message: FromChild) -> None:
        """Send it, waiting while the server is behind; `ServerGoneError` when it is no more."""
        try:
            with self._telling:
                self._sock.sendall(framed(message))
        except OSError as error:
            raise ServerGoneError from error

    def hear(self, within_s: float = 0.0) -> ToChild | None:
        """Return the next message, or None if none has come whole in this time."""
        until_s = time.monotonic() + within_s
        while (message := self._frames.next()) is None:
            left_s = max(0.0, until_s - time.monotonic())
            if not self._poll.poll(left_s * 1000):
                break
            self._frames.feed(self._arrived())
        return message

    def _arrived(self) -> bytes:
        try:
            arrived = self._sock.recv(_AT_ONCE)
        except OSError as error:
            raise ServerGoneError from error
        if not arrived:
            raise ServerGoneError
        return arrived
