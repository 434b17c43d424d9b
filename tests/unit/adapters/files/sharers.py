"""Processes that share one folder.

python -m tests.unit.adapters.files.sharers hammers FOLDER LIMIT SEED ROUNDS | writes FOLDER LIMIT |
holds FOLDER
"""

import asyncio
import itertools
import os
import random
import subprocess
import sys
from pathlib import Path

from adapters.files.audio import FileAudioCache
from adapters.files.ledger import Totals, held
from tests.fakes.cache import key, recording, same

ROOT = Path(__file__).parents[4]
KEYS = 12
SAMPLES = 2000


def started(*words: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.unit.adapters.files.sharers", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def told() -> None:
    sys.stdout.write("!")
    sys.stdout.flush()


async def _hammer(folder: Path, limit_bytes: int, seed: int, rounds: int) -> None:
    """Put and get few keys at random; whatever comes back is what was put."""
    chance = random.Random(seed)  # noqa: S311
    async with FileAudioCache(folder, limit_bytes) as cache:
        for _ in range(rounds):
            number = chance.randrange(KEYS)
            given = recording(number, SAMPLES + number)
            if chance.random() < 0.5:
                await cache.put(key(number), given)
            else:
                heard = await cache.get(key(number))
                assert heard is None or same(heard, given)
        stats = await cache.stats()
        assert stats.hits > rounds // 20, stats
        assert cache.failures == 0


async def _write(folder: Path, limit_bytes: int) -> None:
    async with FileAudioCache(folder, limit_bytes) as cache:
        for number in itertools.count():
            await cache.put(key(number), recording(number, 100_000))
            if number == 0:
                told()


def main(what: str, folder: str, *more: str) -> None:
    if what == "hammers":
        asyncio.run(_hammer(Path(folder), *map(int, more)))
    elif what == "writes":
        asyncio.run(_write(Path(folder), *map(int, more)))
    else:
        with held(Path(folder) / "ledger", Totals):
            told()
            sys.stdin.read(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
