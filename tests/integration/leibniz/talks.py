"""A client of Leibniz' socket that knows nothing of it but the protocol, and its stage."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from domain.session import SessionState
from tests.fakes.engine import FakeEngine
from tests.integration.serving import Served
from tests.integration.waiting import until

LONG = "Sentence by sentence it goes on and on. " * 40
TEXT = "Good morning to everyone who listens here. It is a fine day for a walk outside."


@dataclass
class Client:
    """Reads JSON, and puts sound together."""

    socket: ClientConnection
    told: list[dict[str, Any]] = field(default_factory=list)
    sound: bytearray = field(default_factory=bytearray)
    packets: list[int] = field(default_factory=list)

    async def ask(self, text: str, **more: Any) -> None:
        await self.send({"type": "synthesize", "text": text, **more})

    async def send(self, message: dict[str, Any]) -> None:
        await self.socket.send(json.dumps(message))

    async def read(self) -> dict[str, Any]:
        data = await asyncio.wait_for(self.socket.recv(), 10)
        if isinstance(data, bytes):
            return self._heard({"type": "binary"}, data)
        told: dict[str, Any] = json.loads(data)
        if told["type"] == "audio":
            return self._heard(told, base64.b64decode(told["data"]))
        self.told.append(told)
        return told

    async def until(self, *kinds: str) -> dict[str, Any]:
        while (told := await self.read())["type"] not in kinds:
            pass
        return told

    async def spoken(self, text: str, **more: Any) -> dict[str, Any]:
        await self.ask(text, **more)
        return await self.until("complete", "error")

    async def closed(self) -> tuple[int | None, str]:
        with pytest.raises(ConnectionClosed):
            await self.until("never")
        return self.socket.close_code, self.socket.close_reason or ""

    def _heard(self, told: dict[str, Any], data: bytes) -> dict[str, Any]:
        self.sound += data
        self.packets.append(len(data))
        self.told.append({name: told[name] for name in told if name != "data"})
        return told


@asynccontextmanager
async def dialled(served: Served, query: str = "", **more: Any) -> AsyncIterator[Client]:
    address = f"ws://127.0.0.1:{served.port}/api/v1/stream?{query}"
    async with connect(address, compression=None, **more) as socket:
        yield Client(socket)


def bounds(kinds: list[str]) -> list[str]:
    """What came, however many packets there were between."""
    return [kind for kind, _ in groupby(kinds)]


@dataclass
class Stage:
    engine: FakeEngine
    served: Served

    async def state(self, session: str = "s") -> SessionState:
        return (await self.served.container.sessions().status("house", session)).session.state

    async def nothing_is_left(self) -> float:
        """Return after how long the engine had nothing to do."""
        took_s = await until(lambda: not self.engine.lines)
        pulse = await self.served.container.engine().pulse()
        assert (pulse.speaking, pulse.waiting) == (0, ())
        return took_s
