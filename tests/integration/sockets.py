"""A client by hand, for what polite clients never do: leave, stall, and trickle."""

import asyncio
import json
from typing import Any, Self


class RawClient:
    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Reset the connection at once, as a vanished machine's kernel would."""
        self.writer.transport.abort()

    async def post(self, path: str, body: dict[str, Any], *, whole: bool = True) -> None:
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        )
        self.writer.write(head.encode() + (data if whole else data[: len(data) // 2]))
        await self.writer.drain()

    async def status(self) -> int:
        line = await self.reader.readline()
        return int(line.split()[1])
