"""A response that streams: its head first, then each piece of sound as it is made."""

import asyncio
from collections.abc import Callable, Mapping
from typing import cast

import structlog
from litestar.types import HTTPResponseStartEvent, Receive, Scope, Send

from application.stream import SpeechStream
from domain.audio import Pcm
from domain.errors import SpeechError
from entrypoints.listening import gone

log = structlog.get_logger()


class SpokenResponse:
    """Sends a stream; one who leaves cancels it, one who stalls is cut."""

    def __init__(
        self,
        stream: SpeechStream,
        *,
        headers: Mapping[str, str],
        head: bytes,
        encode: Callable[[Pcm], bytes],
        stall_timeout_s: float,
    ) -> None:
        self._stream = stream
        self._headers = headers
        self._head = head
        self._encode = encode
        self._stall_timeout_s = stall_timeout_s

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the sound while a second task waits for the client to leave."""
        try:
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(self._cancel_when_gone(receive))
                await self._send(send)
                watching.cancel()
        finally:
            await self._stream.aclose()

    async def _send(self, send: Send) -> None:
        """A failure half-way ends without the last chunk: the client sees a broken stream."""
        headers = [(key.lower().encode(), value.encode()) for key, value in self._headers.items()]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(cast("HTTPResponseStartEvent", start))
        try:
            await self._send_sound(send)
        except TimeoutError:
            log.warning("stalled listener cut", session=self._stream.session.id)
        except SpeechError as error:
            log.warning("speech broke off", session=self._stream.session.id, reason=str(error))

    async def _send_sound(self, send: Send) -> None:
        head = self._head
        async for pcm in self._stream:
            await self._send_data(send, head + self._encode(pcm), more=True)
            head = b""
        await self._send_data(send, head, more=False)

    async def _send_data(self, send: Send, data: bytes, *, more: bool) -> None:
        async with asyncio.timeout(self._stall_timeout_s):
            await send({"type": "http.response.body", "body": data, "more_body": more})

    async def _cancel_when_gone(self, receive: Receive) -> None:
        await gone(receive)
        await self._stream.cancel()
