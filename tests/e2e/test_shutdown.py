"""The real command, told to stop while it speaks."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.integration.sockets import RawClient
from tests.integration.waiting import until

SPEECH = {"text": "The quick brown fox jumps over the lazy dog. " * 60, "language": "en"}


@dataclass
class Running:
    process: asyncio.subprocess.Process
    http: httpx.AsyncClient
    port: int


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Running]:
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "entrypoints.cli.main", "serve"),
        *("--port", str(port), "--data-dir", str(folder)),
        env=os.environ | {"RHAPSODE_LOG_LEVEL": "warning", "PYTHONPATH": "src"},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
            await _answers(http, 200)
            yield Running(process, http, port)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _answers(http: httpx.AsyncClient, status: int) -> None:
    """Wait until /ready says so."""
    async with asyncio.timeout(20):
        while True:
            try:
                if (await http.get("/ready")).status_code == status:
                    return
            except httpx.ConnectError:
                pass
            await asyncio.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_streams_end_while_nothing_new_begins_and_the_exit_is_clean(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        whole = await server.http.post("/tts_stream", json=SPEECH)
        async with RawClient(server.port) as listener:
            await listener.post("/tts_stream", SPEECH)
            heard = len(await listener.reader.readexactly(10_000))
            server.process.send_signal(signal.SIGTERM)
            await _answers(server.http, 503)
            closing = await server.http.get("/ready")
            assert (closing.status_code, closing.json()["status"]) == (503, "closing")
            refused = await server.http.post("/tts", json={"text": "Hello."})
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "5"
            heard += len(await listener.reader.read())
        assert heard > len(whole.content)
        assert await asyncio.wait_for(server.process.wait(), 10) == 0


async def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    async with running(tmp_path) as server, RawClient(server.port) as listener:
        await listener.post("/tts_stream", SPEECH)
        await listener.reader.readexactly(10_000)
        server.process.send_signal(signal.SIGTERM)
        await _answers(server.http, 503)
        server.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(server.process.wait(), 5)
        await until(lambda: server.process.returncode is not None)
