"""Processes to be killed or raced, each forked from one that has its imports behind it.

python -m tests.unit.adapters.sql.children saves URL TIMES | races URL COUNT | migrates URL FOLDER
"""

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np

from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from adapters.sql.voices import SqlVoices
from domain.ports import Once
from domain.voice import Clip, Timbre, Voice

ROOT = Path(__file__).parents[4]
CLIPS = 2
CONTENT = "0af5"
_LONGEST_LIFE_S = 0.1


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "tests.unit.adapters.sql.children", *words]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        check=False,
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=50,
    )


def _fork(task: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        task()
        code = 0
    finally:
        os._exit(code)


async def _save_for_ever(url: str, begun: int) -> None:
    noise = np.random.default_rng(os.getpid())
    arrays = {"gpt": noise.standard_normal((32, 1024), np.float32)}
    clips = [Clip(noise.bytes(200_000), 4.0, 24_000) for _ in range(CLIPS)]
    async with Database(url) as database:
        voices = SqlVoices(database)
        for number in itertools.count():
            name = f"v{os.getpid()}-{number}"
            voice = Voice(name, name, "", datetime.now(UTC), labels={"by": "hand"})
            await voices.add(voice, clips, [Timbre("e", arrays)], Once(name, CONTENT))
            if number == 0:
                os.write(begun, b"!")


def _saver(url: str, begun: int) -> None:
    asyncio.run(_save_for_ever(url, begun))


def _kill_savers(url: str, times: int) -> None:
    chance = random.Random(17)  # noqa: S311
    for _ in range(times):
        told, begun = os.pipe()
        child = _fork(partial(_saver, url, begun))
        os.close(begun)
        if not os.read(told, 1):
            sys.exit("a saver ended before its first voice was kept")
        os.close(told)
        time.sleep(chance.uniform(0, _LONGEST_LIFE_S))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WTERMSIG(status) != signal.SIGKILL:
            sys.exit("a saver ended before it was killed")


def _race(url: str, count: int) -> None:
    """Migrate in so many processes at once; all start when the pipe is closed."""
    held, gate = os.pipe()

    def wait_and_migrate() -> None:
        os.close(gate)
        os.read(held, 1)
        asyncio.run(migrate(url))

    children = [_fork(wait_and_migrate) for _ in range(count)]
    os.close(gate)
    failed = [child for child in children if os.waitpid(child, 0)[1] != 0]
    sys.exit(len(failed))


def main(what: str, url: str, more: str) -> None:
    if what == "saves":
        _kill_savers(url, int(more))
    elif what == "races":
        _race(url, int(more))
    else:
        asyncio.run(migrate(url, scripts=Path(more)))


if __name__ == "__main__":
    main(*sys.argv[1:])
