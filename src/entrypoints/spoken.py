"""A response that streams: each piece of sound as it is made and encoded."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import cast

import structlog
from litestar.types import HTTPResponseStartEvent, Receive, Scope, Send

from application.stream import SpeechStream
from domain.errors import SpeechError
from domain.ports import Encoder
from entrypoints.listening import gone

log = structlog.get_logger()


class SpokenResponse:
    """Sends a stream; one who leaves cancels it, one who stalls is cut.

    `held` is what lives as long as the response: the stream and its encoder.
    """

    def __init__(
        self,
        stream: SpeechStream,
        encoder: Encoder,
        held: AsyncExitStack,
        *,
        headers: Mapping[str, str],
        stall_timeout_s: float,
    ) -> None:
        self._stream = stream
        self._encoder = encoder
        self._held = held
        self._headers = headers
        self._stall_timeout_s = stall_timeout_s

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the sound while other tasks encode it, and wait for the client to leave."""
        async with self._held, asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._cancel_when_gone(receive))
            await self._send(send)
            watching.cancel()

    async def _send(self, send: Send) -> None:
        """A failure half-way ends without the last chunk: the client sees a broken stream."""
        headers = [(key.lower().encode(), value.encode()) for key, value in self._headers.items()]
        start = {"type": "http.response.start", "status": 200, "headers": headers}
        await send(cast("HTTPResponseStartEvent", start))
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._encode())
                await self._send_sound(send)
        except* TimeoutError:
            log.warning("stalled listener cut", session=self._stream.session.id)
        except* SpeechError as errors:
            reason = str(errors.exceptions[0])
            log.warning("speech broke off", session=self._stream.session.id, reason=reason)

    async def _encode(self) -> None:
        async for sound in self._stream:
            await self._encoder.write(sound.pcm.samples)
        await self._encoder.end()

    async def _send_sound(self, send: Send) -> None:
        while data := await self._encoder.read():
            await self._send_data(send, data, more=True)
        await self._send_data(send, b"", more=False)

    async def _send_data(self, send: Send, data: bytes, *, more: bool) -> None:
        async with asyncio.timeout(self._stall_timeout_s):
            await send({"type": "http.response.body", "body": data, "more_body": more})

    async def _cancel_when_gone(self, receive: Receive) -> None:
        await gone(receive)
        await self._stream.cancel()
