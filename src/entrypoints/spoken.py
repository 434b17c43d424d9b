"""Sound over HTTP: begun while the client listens, cancelled the moment it is gone."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import Any, NamedTuple, TypeVar, cast

import structlog
from litestar import Request
from litestar.types import (
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    Receive,
    Scope,
    Send,
)

from application.speaking import Speaking
from application.stream import SpeechStream
from domain.audio import Pcm, gathered
from domain.errors import SpeechError
from domain.speech import SpeechRequest

T = TypeVar("T")
Connection = Request[Any, Any, Any]

log = structlog.get_logger()


class Heard(NamedTuple):
    """A whole speech and the session it came from."""

    session_id: str
    sound: Pcm


class ClientGoneError(Exception):
    """The client hung up before anything could be heard."""


async def begun(request: Connection, speaking: Speaking, speech: SpeechRequest) -> SpeechStream:
    """Begin to speak; if the client leaves before the first sound, the stream is let go."""
    return await _while_connected(request, speaking.begin(speech), SpeechStream.aclose)


async def heard(request: Connection, speaking: Speaking, speech: SpeechRequest) -> Heard:
    """Speak to the end; if the client leaves before it, the stream is let go."""
    return await _while_connected(request, _to_the_end(speaking, speech))


async def _to_the_end(speaking: Speaking, speech: SpeechRequest) -> Heard:
    async with aclosing(await speaking.begin(speech)) as stream:
        parts = [pcm async for pcm in stream]
        return Heard(stream.session.id, gathered(parts, stream.rate_hz))


async def _while_connected(
    request: Connection,
    work: Coroutine[Any, Any, T],
    let_go: Callable[[T], Awaitable[None]] | None = None,
) -> T:
    """Do the work unless the client leaves first; a result nobody takes is let go."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_gone(request.receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return _taken(working)
    except BaseException:
        working.cancel()
        await asyncio.wait({working})
        if let_go and not working.cancelled() and working.exception() is None:
            await let_go(working.result())
        raise
    finally:
        leaving.cancel()


class SpokenResponse:
    """A response that streams: `head` goes first, then each piece of sound as it is made."""

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
        except SpeechError:
            log.exception("speech broke off", session=self._stream.session.id)
        else:
            await send(_body(b"", more=False))

    async def _send_sound(self, send: Send) -> None:
        head = self._head
        async for pcm in self._stream:
            async with asyncio.timeout(self._stall_timeout_s):
                await send(_body(head + self._encode(pcm), more=True))
            head = b""
        if head:
            await send(_body(head, more=True))

    async def _cancel_when_gone(self, receive: Receive) -> None:
        await _gone(receive)
        await self._stream.cancel()


def _taken(working: asyncio.Task[T]) -> T:
    if not working.done():
        raise ClientGoneError
    return working.result()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(data: bytes, *, more: bool) -> HTTPResponseBodyEvent:
    return {"type": "http.response.body", "body": data, "more_body": more}
