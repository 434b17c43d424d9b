"""What a handshake is answered with where no socket comes of it."""

import json
from typing import Any, cast

import pytest
from litestar.types import Message, ReceiveMessage, WebSocketScope

from entrypoints.calls import Call

DENIAL: dict[str, Any] = {"websocket.http.response": {}}


async def answered(
    code: int,
    reason: str,
    *,
    path_template: str | None = "/x",
    extensions: dict[str, Any] | None = DENIAL,
) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def receive() -> ReceiveMessage:
        raise NotImplementedError

    async def send(message: Message) -> None:
        sent.append(dict(message))

    scope: Any = {
        "type": "websocket",
        "path": "/x",
        "headers": [],
        "path_template": path_template,
        "extensions": extensions,
    }
    call = Call(cast("WebSocketScope", scope), receive, send, "fake")
    await call.send({"type": "websocket.close", "code": code, "reason": reason})
    return sent


@pytest.mark.parametrize(
    ("code", "path_template", "status", "detail"),
    [
        (1008, "/x", 403, "This page may not."),
        (4500, "/x", 500, "Something broke here; the log knows more."),
        (4404, None, 404, "There is no socket at /x; see docs/sockets.md."),
    ],
)
async def test_it_is_told_why(
    code: int, path_template: str | None, status: int, detail: str
) -> None:
    start, body = await answered(code, "This page may not.", path_template=path_template)
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)
    assert json.loads(body["body"]) == {"detail": detail}


async def test_a_server_that_knows_no_words_for_it_closes() -> None:
    (close,) = await answered(1008, "This page may not.", extensions=None)
    assert close == {"type": "websocket.close", "code": 1008, "reason": "This page may not."}
