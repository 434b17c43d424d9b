"""Work for a client that may leave: begun while it listens, let go of the moment it is gone."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import aclosing
from typing import Any, NamedTuple, TypeVar

from litestar import Request
from litestar.types import Receive

from application.speaking import Speaking
from application.stream import SpeechStream
from domain.audio import to_int16
from domain.errors import SpeechCancelledError
from domain.session import SessionState
from domain.speech import SpeechRequest

T = TypeVar("T")
Connection = Request[Any, Any, Any]


class Heard(NamedTuple):
    """A whole speech as 16-bit samples, and the session it came from."""

    session_id: str
    rate_hz: int
    samples: bytes


class ClientGoneError(Exception):
    """The client hung up before it could be answered."""


async def begun(request: Connection, speaking: Speaking, speech: SpeechRequest) -> SpeechStream:
    """Begin to speak; if the client leaves before the first sound, the stream is let go."""
    return await while_connected(request, speaking.begin(speech), SpeechStream.aclose)


async def heard(request: Connection, speaking: Speaking, speech: SpeechRequest) -> Heard:
    """Speak to the end; if the client leaves before it, the stream is let go."""
    return await while_connected(request, _to_the_end(speaking, speech))


async def while_connected(
    request: Connection,
    work: Coroutine[Any, Any, T],
    let_go: Callable[[T], Awaitable[None]] | None = None,
) -> T:
    """Do the work unless the client leaves first; a result nobody takes is let go."""
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(gone(request.receive))
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


async def gone(receive: Receive) -> None:
    """Wait until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _to_the_end(speaking: Speaking, speech: SpeechRequest) -> Heard:
    samples = bytearray()
    async with aclosing(await speaking.begin(speech)) as stream:
        async for pcm in stream:
            samples += to_int16(pcm.samples)
    if stream.session.state is SessionState.CANCELLED:
        raise SpeechCancelledError(stream.session.id)
    return Heard(stream.session.id, stream.rate_hz, bytes(samples))


def _taken(working: asyncio.Task[T]) -> T:
    if not working.done():
        raise ClientGoneError
    return working.result()
