import asyncio
from typing import Any, cast

import pytest
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect
from litestar.types import Receive, Send

from entrypoints.sockets import Line, StalledError


class LostError(OSError):
    """What a server may raise of a socket it has lost."""


class Server:
    """Takes what a line sends, or fails as servers do."""

    def __init__(self, *, lost: bool = False, stalled: bool = False) -> None:
        self.taken: list[dict[str, Any]] = []
        self._lost = lost
        self._stalled = stalled

    async def send(self, message: dict[str, Any]) -> None:
        if self._stalled:
            await asyncio.Event().wait()
        if self._lost:
            raise LostError
        self.taken.append(message)


def line(server: Server, stall_timeout_s: float = 0.01) -> Line:
    scope: Any = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
    receive = cast("Receive", None)
    return Line(WebSocket(scope, receive, cast("Send", server.send)), stall_timeout_s)


async def test_a_server_that_has_lost_its_client_says_so_as_any_other() -> None:
    with pytest.raises(WebSocketDisconnect):
        await line(Server(lost=True)).send(b"{}")


async def test_who_does_not_read_is_no_client_who_is_gone() -> None:
    with pytest.raises(StalledError):
        await line(Server(stalled=True)).send(b"{}")


async def test_a_socket_ends_behind_its_last_message() -> None:
    server = Server()
    await line(server).close(1008, "Bad.", b'{"type":"error"}')
    assert [(each["type"], each.get("text", each.get("reason"))) for each in server.taken] == [
        ("websocket.send", '{"type":"error"}'),
        ("websocket.close", "Bad."),
    ]


async def test_a_reason_is_cut_to_what_a_close_frame_holds_and_never_within_a_letter() -> None:
    server = Server()
    await line(server).close(1008, "ü" * 100)
    assert server.taken[0]["reason"] == "ü" * 61


@pytest.mark.parametrize("server", [Server(lost=True), Server(stalled=True)])
async def test_a_socket_that_is_gone_is_ended_without_a_word(server: Server) -> None:
    await line(server).close(1000, "Bye.", b"{}")
    assert server.taken == []
