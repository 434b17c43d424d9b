"""The outermost ring: hosts, slow bodies, request ids, safe headers, and a line in the log."""

import asyncio
import time
from collections.abc import Callable
from typing import cast

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.types import (
    ASGIApp,
    HTTPScope,
    Message,
    Receive,
    ReceiveMessage,
    Scope,
    Send,
    WebSocketScope,
)

from domain.events import RequestAnswered, SocketClosed, SocketOpened
from domain.ports import EventBus
from entrypoints.body import encode
from entrypoints.calls import Call, request_id
from entrypoints.listening import ClientGoneError
from entrypoints.visitors import Visitor

log = structlog.get_logger()

_SLOW = "The body took too long to arrive; send it again, faster."
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; media-src 'self' blob:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


class Edge:
    """Wraps the application; `hosts` are the names it may be called by, None means any.

    Pages of `origins` may write here from their browsers; `*` stands for every page.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        bus: EventBus,
        engine: Callable[[], str],
        hosts: frozenset[str] | None,
        body_timeout_s: float,
        origins: frozenset[str] = frozenset(),
        keyless: bool = True,
    ) -> None:
        self._app = app
        self._bus = bus
        self._engine = engine
        self._hosts = hosts
        self._body_timeout_s = body_timeout_s
        self._origins = origins
        self._keyless = keyless

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass requests and sockets on, watched: there is nothing else."""
        if scope["type"] == ScopeType.HTTP:
            await self._http(scope, receive, send)
        else:
            await self._socket(scope, receive, send)

    async def _http(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        exchange = _Exchange(scope, send, self._engine())
        with structlog.contextvars.bound_contextvars(request=exchange.id):
            try:
                if unwanted := self._unwanted(scope):
                    await exchange.refuse(*unwanted)
                else:
                    await self._app(scope, self._patient(receive), exchange.send)
            finally:
                self._tell(scope.get("path_template") or "unknown", exchange)

    async def _socket(self, scope: WebSocketScope, receive: Receive, send: Send) -> None:
        call = Call(scope, receive, send, self._engine())
        with structlog.contextvars.bound_contextvars(request=call.id):
            if unwanted := self._unwanted(scope):
                await call.refuse(*unwanted)
                self._bus.publish(RequestAnswered("unknown", unwanted[0], call.took_s))
                log.warning("socket refused", why=unwanted[1])
                return
            self._bus.publish(SocketOpened())
            try:
                await self._app(scope, call.receive, call.send)
            finally:
                route = scope.get("path_template") or "unknown"
                self._bus.publish(SocketClosed(route, call.code))
                log.info("socket closed", route=route, code=call.code, took_s=call.took_s)

    def _unwanted(self, scope: HTTPScope | WebSocketScope) -> tuple[int, str] | None:
        visitor = Visitor.of(scope)
        return visitor.unwanted(self._hosts, self._origins, keyless=self._keyless)

    def _tell(self, route: str, exchange: "_Exchange") -> None:
        took_s = time.monotonic() - exchange.began_s
        self._bus.publish(RequestAnswered(route, exchange.status, took_s))
        log.info("answered", route=route, status=exchange.status, took_ms=round(took_s * 1000, 1))

    def _patient(self, receive: Receive) -> Receive:
        """Give the whole body so long to arrive, and no longer: slow senders hold nothing."""
        deadline = asyncio.get_running_loop().time() + self._body_timeout_s
        whole = False

        async def received() -> ReceiveMessage:
            nonlocal whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError as error:
                raise ClientException(_SLOW, status_code=408) from error
            if message["type"] != "http.request":
                raise ClientGoneError
            whole = not message["more_body"]
            return message

        return received


class _Exchange:
    """One request and its answer, as the edge sees them."""

    def __init__(self, scope: HTTPScope, send: Send, engine: str) -> None:
        self._send = send
        self._engine = engine
        self.id = request_id(scope)
        self.status = 499
        self.began_s = time.monotonic()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableScopeHeaders(cast("Scope", message))
            for name, value in (*_SAFE.items(), ("X-Request-Id", self.id)):
                headers.setdefault(name, value)
            headers["X-Engine"] = self._engine
        await self._send(message)

    async def refuse(self, status: int, detail: str) -> None:
        headers = [(b"content-type", b"application/json")]
        start = {"type": "http.response.start", "status": status, "headers": headers}
        await self.send(cast("Message", start))
        body = {
            "type": "http.response.body",
            "body": encode({"detail": detail}),
            "more_body": False,
        }
        await self.send(cast("Message", body))


def local_hosts(*further: str) -> frozenset[str]:
    """Return the names a server bound to this machine may be called by: no rebinding of DNS."""
    return frozenset({*_LOCAL, *further})
