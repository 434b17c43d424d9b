"""One call over a socket, as the edge sees it: its id, its headers, and how it ended."""

import re
import time
from typing import cast
from uuid import uuid4

from litestar.types import (
    HTTPScope,
    Message,
    Receive,
    ReceiveMessage,
    Send,
    WebSocketCloseEvent,
    WebSocketScope,
)

from entrypoints.body import encode
from entrypoints.errors import BROKEN

GONE = 1006
"""The code of a socket that nobody closed."""

_DENIAL = "websocket.http.response"
_REFUSED = 1008
_BROKE = 4500
"""Litestar's word for what broke before a socket was accepted."""
_LONGEST_PATH = 80
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
        self._scope = scope
        self._accepted = False
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
            self._accepted = True
            message["headers"] = [*message.get("headers", ()), *self._told()]
        if message["type"] == "websocket.close":
            self.code = message["code"]
            if not self._accepted:
                await self._deny(*_denied(self._scope, message))
                return
        await self._send(message)

    async def refuse(self, status: int, detail: str) -> None:
        """Turn a handshake away, and say why."""
        await self._receive()
        await self._deny(status, detail)

    async def _deny(self, status: int, detail: str) -> None:
        """Answer a handshake as a request, where the server can: a close would have no words."""
        if _DENIAL not in (self._scope.get("extensions") or {}):
            await self._send({"type": "websocket.close", "code": _REFUSED, "reason": detail})
            return
        headers = [(b"content-type", b"application/json"), *self._told()]
        start = {"type": f"{_DENIAL}.start", "status": status, "headers": headers}
        await self._send(cast("Message", start))
        body = {"type": f"{_DENIAL}.body", "body": encode({"detail": detail})}
        await self._send(cast("Message", body))

    def _told(self) -> list[tuple[bytes, bytes]]:
        return [(b"x-request-id", self.id.encode()), (b"x-engine", self._engine.encode())]


def _denied(scope: WebSocketScope, message: WebSocketCloseEvent) -> tuple[int, str]:
    """Return the status and the words for a close that comes before anything was accepted."""
    if scope.get("path_template") is None:
        return 404, f"There is no socket at {scope['path'][:_LONGEST_PATH]}; see docs/sockets.md."
    if message["code"] == _BROKE:
        return 500, BROKEN
    return 403, message["reason"] or "This socket does not open."


def _known(code: int) -> int:
    """A peer may end with any of thousands of codes, and each would be a figure of its own."""
    return code if code in _CODES else GONE
