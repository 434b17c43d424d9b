"""A real server on a free port of this machine, over a container of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from entrypoints.container import Container
from entrypoints.server import Server, listen, serve
from entrypoints.settings import Settings


@dataclass
class Served:
    container: Container
    http: httpx.AsyncClient
    port: int
    stop: Callable[[], None]


@asynccontextmanager
async def serving(
    folder: Path, *, engine: Any = None, access: Any = None, **settings: Any
) -> AsyncIterator[Served]:
    """Serve with the embedded engine and the usual door, or with those given."""
    container = Container(settings=Settings(port=0, data_dir=folder, **settings))
    if engine is not None:
        container.engine.override(engine)
    if access is not None:
        container.access.override(access)
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    server = Server(container, started.set_result)
    with listen(container.settings()) as listening:
        running = asyncio.create_task(serve(container, server, listening))
        both: set[asyncio.Future[Any]] = {running, started}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running

        def stop() -> None:
            server.should_exit = True

        try:
            base_url = f"http://127.0.0.1:{started.result()}"
            async with httpx.AsyncClient(base_url=base_url, timeout=20) as http:
                yield Served(container, http, started.result(), stop)
        finally:
            stop()
            await running
