"""The server: one process, its listening socket, and a quiet end on SIGTERM."""

import asyncio
import contextlib
import gc
import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import FrameType

import structlog
import uvicorn
import uvloop
from typing_extensions import override

from entrypoints.app import served
from entrypoints.container import Container, entered
from entrypoints.opening import open_house
from entrypoints.settings import Settings, SettingsError
from entrypoints.sockets import LARGEST_MESSAGE
from entrypoints.tls_fields import prove_pair

log = structlog.get_logger()

_BACKLOG = 2048
_LOOK_S = 0.05
_HEADER_BYTES = 32 * 2**10
_SEND_BYTES = 64 * 2**10

Ready = Callable[[int], None]
"""Told the port once the server answers."""


def run(container: Container, ready: Ready) -> None:
    """Serve until SIGINT or SIGTERM; streams get their time to end."""

    def settled(port: int) -> None:
        """Let no search for garbage look through what stays: it would stop all sound for 0.1 s."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        ready(port)

    uvloop.run(_run(container, settled))


async def serve(container: Container, server: "Server", listening: socket.socket) -> None:
    """Serve over a living container until the server is told to stop."""
    async with entered(container):
        await open_house(container.opening(), container.settings())
        # a server alone speaks jobs: a command would leave them half-way
        async with container.job_shelf(), container.job_desk():
            await server.serve(sockets=[listening])


class Server(uvicorn.Server):
    """A uvicorn that says when it answers, and that lets streams end before it stops answering."""

    def __init__(self, container: Container, ready: Ready) -> None:
        super().__init__(_config(container))
        self._ready = ready
        self._sessions = container.sessions()
        self._open_sockets = container.open_sockets()
        self._drain_s = container.settings().drain_s

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if sockets:
            self._ready(sockets[0].getsockname()[1])

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer on while streams end: not ready, and nothing new is begun."""
        self._sessions.close_doors()
        deadline_s = time.monotonic() + self._drain_s
        while self._may_wait() and time.monotonic() < deadline_s:  # noqa: ASYNC110 - set by a signal
            await asyncio.sleep(_LOOK_S)
        await super().shutdown(sockets)

    def _may_wait(self) -> bool:
        speaks = self._sessions.active > 0 or self._open_sockets.owe
        return speaks and not self.force_exit

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal lets streams end, the second does not wait for them."""
        self.force_exit = self.force_exit or self.should_exit
        super().handle_exit(sig, frame)
        # whoever read the log may be gone: that keeps nobody from stopping
        with contextlib.suppress(OSError):
            log.info("stopping", signal=signal.Signals(sig).name, at_once=self.force_exit)


def listen(settings: Settings) -> socket.socket:
    """Bind the address.

    The kernel keeps little of a stream for a slow reader, so that the engine works for those who
    hear nothing yet, and drops a peer that leaves bytes unread for too long.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        patience_ms = int(settings.stall_timeout_s * 1000)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience_ms)
    try:
        listening.bind((settings.host.strip("[]"), settings.port))
    except OSError as error:
        listening.close()
        where = f"{settings.host}:{settings.port}"
        msg = f"cannot listen on {where} ({error.strerror}); choose another --host or --port"
        raise SettingsError(msg) from error
    return listening


async def _run(container: Container, ready: Ready) -> None:
    with closing(listen(container.settings())) as listening:
        server = Server(container, ready)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _noted(server))
        await serve(container, server, listening)


def _noted(server: Server) -> Callable[[int, object], None]:
    """Stop a server that is still starting; one that has stopped raises its signal once more."""

    def noted(_number: int, _frame: object) -> None:
        server.should_exit = True

    return noted


def _config(container: Container) -> uvicorn.Config:
    """Serve by h11, for it bounds what headers may hold; the edge writes the log."""
    settings = container.settings()
    cert, key = _tls(settings)
    return uvicorn.Config(
        served(container),
        http="h11",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        # an answer waits behind sound that is unread: who reads slowly is not gone
        ws_ping_interval=None,
        ws_ping_timeout=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=_BACKLOG,
        limit_concurrency=settings.max_connections,
        h11_max_incomplete_event_size=_HEADER_BYTES,
        timeout_graceful_shutdown=settings.drain_s,
        ssl_certfile=cert,
        ssl_keyfile=key,
    )


def _tls(settings: Settings) -> tuple[Path | None, Path | None]:
    """Return the certificate and its key; bad ones are a `SettingsError` before anything begins."""
    cert, key = settings.tls_cert, settings.tls_key
    if cert is not None and key is not None:
        try:
            prove_pair(cert, key)
        except ValueError as error:
            raise SettingsError(str(error)) from error
    return cert, key
