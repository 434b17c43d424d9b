"""One call over a socket, as the edge sees it: its id, its headers, and how it ended."""

import re
import time
from uuid import uuid4

from litestar.types import (
    HTTPScope,
    Message,
    Receive,
    ReceiveMessage,
    Send,
    WebSocketScope,
)

GONE = 1006
"""The code of a socket that nobody closed."""

_REFUSED = 1008
_CODES = range(1000, 1015)
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


def request_id(scope: HTTPScope | WebSocketScope) -> str:
    """Return the id a caller sent, if it is harmless, or a new one."""
    wanted = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return wanted if _REQUEST_ID.fullmatch(wanted) else uuid4().hex


class Call:
    """Watches what goes in and out."""

    def __init__(self, scope: WebSocketScope, receive: Receive, send: Send, engine: str) -> None:
        self._receive = receive
        self._send = send
        self._engine = engine
        self.id = request_id(scope)
        self.code = GONE
        self._began_s = time.monotonic()

    @property
    def took_s(self) -> float:
        """How long it has lasted."""
        return round(time.monotonic() - self._began_s, 3)

    async def receive(self) -> ReceiveMessage:
        """Pass on what comes."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self.code = _known(message["code"])
        return message

    async def send(self, message: Message) -> None:
        """Pass on what goes, and tell at the handshake what an answer over HTTP tells."""
        if message["type"] == "websocket.accept":
            told = [(b"x-request-id", self.id), (b"x-engine", self._engine)]
            message["headers"] = [
                *message.get("headers", ()),
                *((name, value.encode()) for name, value in told),
            ]
        if message["type"] == "websocket.close":
            self.code = message["code"]
        await self._send(message)

    async def refuse(self) -> None:
        """Turn a handshake away: whoever asked sees a 403, and the log has the reason."""
        await self._receive()
        await self._send({"type": "websocket.close", "code": _REFUSED, "reason": ""})


def _known(code: int) -> int:
    """A peer may end with any of thousands of codes, and each would be a figure of its own."""
    return code if code in _CODES else GONE
