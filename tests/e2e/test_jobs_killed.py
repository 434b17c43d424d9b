"""The real command killed in the middle of a book, again and again: nothing is lost or spoken anew.

One passage is a sentence here, and the engine notes every line it is given.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import imageio_ffmpeg

PASSAGES = 60
TEXT = " ".join(
    f"This is the sentence of number {number}, and it is one." for number in range(PASSAGES)
)
SETTINGS = {
    "RHAPSODE_LOG_LEVEL": "warning",
    "RHAPSODE_CALIBRATE_VOICES": "off",
    "PYTHONPATH": "src",
    "TAKES_S": "0.03",
}


@asynccontextmanager
async def running(
    folder: Path,
) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.e2e.counting_server", "serve"),
        *("--port", str(port), "--data-dir", str(folder / "data"), "--engine", "espeak"),
        env=os.environ | SETTINGS | {"NOTES": str(folder / "notes")},
        stdout=subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as http:
            async with asyncio.timeout(30):
                while not await _answers(http):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.02)
            yield process, http
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _answers(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/ready")).status_code == 200
    except httpx.TransportError:
        return False


def lines(folder: Path) -> list[int]:
    notes = folder / "notes"
    return [int(line) for line in notes.read_text().split()] if notes.exists() else []


async def spoken(folder: Path, count: int) -> None:
    async with asyncio.timeout(30):
        while len(lines(folder)) < count:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.005)


async def test_after_each_kill_at_most_one_sentence_is_spoken_again(tmp_path: Path) -> None:
    kills = (7, 20, 33)
    job_id = ""
    for count in kills:
        async with running(tmp_path) as (process, http):
            if not job_id:
                reply = await http.post("/api/v1/jobs", json={"text": TEXT, "format": "m4b"})
                assert reply.json()["progress"]["passages"] == PASSAGES
                job_id = reply.json()["id"]
            await spoken(tmp_path, count)
            process.send_signal(signal.SIGKILL)
            await process.wait()
    async with running(tmp_path) as (_, http):
        async with asyncio.timeout(40):
            while (job := (await http.get(f"/api/v1/jobs/{job_id}")).json())["state"] != "done":
                assert job["state"] in {"queued", "speaking"}
                await asyncio.sleep(0.1)
        sound = (await http.get(f"/api/v1/jobs/{job_id}/audio")).content
        vtt = (await http.get(f"/api/v1/jobs/{job_id}/captions.vtt")).text
    again = Counter(lines(tmp_path))
    assert sorted(again) == list(range(PASSAGES))
    assert max(again.values()) <= 1 + len(kills)
    assert sum(again.values()) - PASSAGES <= len(kills)
    seen = " ".join(vtt.split())
    assert [seen.count(f"number {number},") for number in range(PASSAGES)] == [1] * PASSAGES
    program = imageio_ffmpeg.get_ffmpeg_exe()
    (tmp_path / "book.m4b").write_bytes(sound)
    command = [program, "-v", "error", "-i", tmp_path / "book.m4b", "-f", "s16le", "-"]
    heard = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
    assert abs(len(heard.stdout) / 2 / 24_000 - job["result"]["seconds"]) < 0.1


async def test_a_server_that_is_told_to_stop_leaves_the_job_to_the_next(tmp_path: Path) -> None:
    async with running(tmp_path) as (process, http):
        reply = await http.post("/api/v1/jobs", json={"text": TEXT, "format": "mp3"})
        await spoken(tmp_path, 10)
        async with http.stream("GET", f"/api/v1/jobs/{reply.json()['id']}/events") as listening:
            process.send_signal(signal.SIGTERM)
            told = [line async for line in listening.aiter_lines() if line.startswith("event")]
        assert set(told) == {"event: progress"}
        assert await asyncio.wait_for(process.wait(), 10) == 0
    async with running(tmp_path) as (_, http):
        async with asyncio.timeout(40):
            path = f"/api/v1/jobs/{reply.json()['id']}"
            while (await http.get(path)).json()["state"] != "done":  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.1)
    assert len(lines(tmp_path)) <= PASSAGES + 1
