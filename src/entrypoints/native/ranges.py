"""A large file as a response, whole or the part of it that was asked for (RFC 9110, one range)."""

import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import cast

from litestar.datastructures import Headers
from litestar.types import HTTPResponseStartEvent, Receive, Scope, Send

from domain.ports.jobs import ResultFile

_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*")
_PIECE = 256 * 1024


def asked_part(header: str | None, size: int) -> tuple[int, int] | None:
    """Return where the part begins and ends; all of it unless one range is asked for.

    None: there is nothing of the file in that range.
    """
    found = _RANGE.fullmatch(header or "")
    if found is None or found[1] == found[2] == "":
        return 0, size
    if not found[1]:
        length = min(int(found[2]), size)
        return (size - length, size) if length else None
    begin = int(found[1])
    end = min(int(found[2]) + 1, size) if found[2] else size
    if found[2] and int(found[2]) < begin:
        return 0, size
    return (begin, end) if begin < size else None


class RangedFile:
    """Sends a file from wherever the client wants to go on."""

    def __init__(
        self,
        file: AbstractAsyncContextManager[ResultFile],
        *,
        headers: Mapping[str, str],
        etag: str,
    ) -> None:
        self._file = file
        self._headers = headers
        self._etag = f'"{etag}"'

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer 200, 206 or 416; a HEAD gets the headers alone."""
        asked = Headers.from_scope(scope)
        async with self._file as file:
            wanted = asked.get("range")
            if asked.get("if-range", self._etag) != self._etag:
                wanted = None
            part = asked_part(wanted, file.size_bytes)
            await send(self._start(part, file.size_bytes))
            begin, end = part or (0, 0)
            if scope.get("method") == "HEAD":
                end = begin
            await _send(send, file, begin, end)

    def _start(self, part: tuple[int, int] | None, size: int) -> HTTPResponseStartEvent:
        begin, end = part or (0, 0)
        told = {"accept-ranges": "bytes", "etag": self._etag, "content-length": str(end - begin)}
        status = 200 if part == (0, size) else 206
        if part is None:
            status, told["content-range"] = 416, f"bytes */{size}"
        elif status == 206:  # noqa: PLR2004 - Partial Content
            told["content-range"] = f"bytes {begin}-{end - 1}/{size}"
        headers = [
            (name.lower().encode(), value.encode("latin-1"))
            for name, value in {**self._headers, **told}.items()
        ]
        start = {"type": "http.response.start", "status": status, "headers": headers}
        return cast("HTTPResponseStartEvent", start)


async def _send(send: Send, file: ResultFile, begin: int, end: int) -> None:
    while begin < end:
        data = await file.read(begin, min(_PIECE, end - begin))
        if not data:
            break
        begin += len(data)
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
