"""A client of ElevenLabs' sockets, by the `websockets` package."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.integration.serving import Served
from tests.integration.waiting import until

VOICE = "21m00Tcm4TlvDq8ikWAM"
Told = dict[str, Any]


class Client:
    """Sends messages as JSON, and keeps all that it hears."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.told: list[Told] = []

    async def send(self, *messages: Told) -> None:
        with suppress(ConnectionClosed):
            for message in messages:
                await self.socket.send(json.dumps(message))

    async def next(self) -> Told:
        told: Told = json.loads(await self.socket.recv())
        self.told.append(told)
        return told

    async def until(self, *, final: str | None = None) -> list[Told]:
        """Return what is told up to the end of a context, that end included."""
        begins = len(self.told)
        while True:
            told = await self.next()
            if told.get("isFinal") and told.get("contextId") == final:
                return self.told[begins:]

    async def end(self) -> tuple[int | None, str]:
        """Hear all there is; return the code and the error that it ends with."""
        try:
            while True:
                await self.next()
        except ConnectionClosed:
            last = self.told[-1] if self.told else {}
            return self.socket.close_code, last.get("error", "")


@asynccontextmanager
async def talking(
    served: Served,
    *first: Told,
    kind: str = "stream-input",
    voice: str = VOICE,
    headers: dict[str, str] | None = None,
    **query: Any,
) -> AsyncIterator[Client]:
    asked = urlencode(query)
    url = f"ws://127.0.0.1:{served.port}/v1/text-to-speech/{voice}/{kind}?{asked}"
    async with connect(url, additional_headers=headers, compression=None, proxy=None) as socket:
        client = Client(socket)
        try:
            await client.send(*first)
            yield client
        finally:
            # one who has left sound unread would wait long for a farewell
            socket.transport.abort()


def sound(told: list[Told], context: str | None = None) -> bytes:
    every = (each for each in told if context in {None, each.get("contextId")})
    return b"".join(base64.b64decode(each.get("audio") or "") for each in every)


def words(told: list[Told], context: str | None = None) -> str:
    """The characters that were told, in order."""
    every = (each for each in told if context in {None, each.get("contextId")})
    return "".join("".join((each.get("alignment") or {}).get("chars", ())) for each in every)


async def left_nothing(served: Served) -> None:
    """Whatever was begun has been put away."""
    sessions, sockets = served.container.sessions(), served.container.open_sockets()
    await until(lambda: sessions.active == 0 and sockets.count == 0)
    pulse = await served.container.engine().pulse()
    assert (pulse.speaking, len(pulse.waiting)) == (0, 0)
