"""Stand-ins for ffmpeg that misbehave, and a look at what they left behind."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path


def script(folder: Path, *lines: str) -> Path:
    """Make a program that first tells its process id in `folder/pid`."""
    path = folder / "ffmpeg"
    told = folder / "pid"
    text = ("#!/bin/sh", f"echo $$ > {told}.part; mv {told}.part {told}", *lines, "")
    path.write_text("\n".join(text))
    path.chmod(0o755)
    return path


async def begun(folder: Path) -> int:
    """Wait until the script has told its process id."""
    await until((folder / "pid").exists)
    return int((folder / "pid").read_text())


async def until(true: Callable[[], bool], within_s: float = 30.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - other processes set no events of ours
            await asyncio.sleep(0.002)


def group(leader: int) -> list[int]:
    """List who lives in the leader's process group, or waits there for us to bury it."""
    return [pid for pid in _pids() if _belongs(pid, leader)]


def children() -> list[int]:
    """List the processes that we started and that are not buried."""
    return [pid for pid in _pids() if _is_ours(pid)]


def state(pid: int) -> str:
    return _stat(pid)[0]


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _is_ours(pid: int) -> bool:
    try:
        return int(_stat(pid)[1]) == os.getpid()
    except (FileNotFoundError, ProcessLookupError):
        return False


def _belongs(pid: int, leader: int) -> bool:
    try:
        now, parent, leads = _stat(pid)[:3]
    except (FileNotFoundError, ProcessLookupError):
        return False
    # a dead grandchild waits for init, which may be slow; a dead child of ours is our own fault
    return int(leads) == leader and (now != "Z" or int(parent) == os.getpid())


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
