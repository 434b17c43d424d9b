"""Work for a client that may leave: begun while it listens, let go of the moment it is gone."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from litestar import Request
from litestar.types import Receive

T = TypeVar("T")
Connection = Request[Any, Any, Any]


class ClientGoneError(Exception):
    """The client hung up before it could be answered."""


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


def _taken(working: asyncio.Task[T]) -> T:
    if not working.done():
        raise ClientGoneError
    return working.result()
