"""The registry: pages, searches and the first use of a voice among 10,000, on each database."""

import asyncio
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import insert, text

from adapters.sql import tables
from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from adapters.sql.rows import label_rows, timbre_row, voice_row
from adapters.sql.voices import SqlVoices
from bench.listening import percentile
from bench.serving import machine
from domain.access import HOUSE
from domain.ports import VoiceSearch
from domain.voice import Timbre, Voice
from tests.databases import reachable_postgres, sqlite_url

_VOICES = 10_000
_AT_ONCE = 100
_TIMES = 300
_TARGET_MS = 20.0
_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_MOODS = ("calm", "glad", "grave", "hushed")
_WORDS = ("warm", "clear", "low", "bright", "slow", "brisk", "soft", "firm", "near", "old")

_Call = Callable[[SqlVoices], Awaitable[object]]


def _voice(number: int, random_: random.Random) -> Voice:
    return Voice(
        id=f"voice-{number:05}",
        name=f"Narrator {number}",
        description=f"A {' '.join(random_.choices(_WORDS, k=14))} voice for long texts.",
        created_at=_BEGAN + timedelta(seconds=number),
        language=random_.choice(("en", "de", "pt")),
        labels={"mood": random_.choice(_MOODS), "take": str(number % 1000), "set": str(number % 7)},
    )


def _timbre(noise: np.random.Generator) -> Timbre:
    arrays = {
        "gpt_cond_latent": noise.standard_normal((32, 1024), np.float32),
        "speaker_embedding": noise.standard_normal(512, np.float32),
    }
    return Timbre("bench", arrays)


async def _fill(database: Database) -> None:
    random_, noise = random.Random(1), np.random.default_rng(1)  # noqa: S311 - the same each time
    for begin in range(1, _VOICES + 1, _AT_ONCE):
        made = {key: _voice(key, random_) for key in range(begin, begin + _AT_ONCE)}
        rows = [voice_row(voice) | {"key": key} for key, voice in made.items()]
        labels = [row for key, voice in made.items() for row in label_rows(key, voice)]
        sounds = [timbre_row(key, _timbre(noise)) for key in made]
        async with database.writing() as connection:
            await connection.execute(insert(tables.voices), rows)
            await connection.execute(insert(tables.voice_labels), labels)
            await connection.execute(insert(tables.timbres), sounds)
    async with database.writing() as connection:
        await connection.execute(text("ANALYZE"))  # PostgreSQL would, a minute later


async def _middle(store: SqlVoices) -> str | None:
    """Return where the page in the middle begins."""
    after = None
    for _ in range(_VOICES // 2000):
        after = (await store.find(VoiceSearch(HOUSE, limit=1000, after=after))).next
    return after


def _calls(middle: str | None) -> dict[str, _Call]:
    random_ = random.Random(2)  # noqa: S311 - the same calls in every run

    def anyone() -> int:
        return random_.randint(1, _VOICES)

    def finding(make: Callable[[], VoiceSearch]) -> _Call:
        return lambda store: store.find(make())

    return {
        "first page of 100": finding(lambda: VoiceSearch(HOUSE)),
        "page of 100 in the middle": finding(lambda: VoiceSearch(HOUSE, after=middle)),
        "text most have": finding(lambda: VoiceSearch(HOUSE, text=random_.choice(_WORDS))),
        "text few have": finding(lambda: VoiceSearch(HOUSE, text=f"narrator {anyone()}")),
        "text nobody has": finding(lambda: VoiceSearch(HOUSE, text="unheard of")),
        "label a quarter has": finding(
            lambda: VoiceSearch(HOUSE, labels={"mood": random_.choice(_MOODS)}),
        ),
        "label ten have": finding(
            lambda: VoiceSearch(HOUSE, labels={"take": str(anyone() % 1000)})
        ),
        "text, language and two labels": finding(
            lambda: VoiceSearch(HOUSE, "warm", "en", {"mood": "calm", "set": str(anyone() % 7)}),
        ),
        "one voice": lambda store: store.get(HOUSE, f"voice-{anyone():05}"),
        "first use": lambda store: store.load(HOUSE, f"voice-{anyone():05}", "bench"),
    }


async def _measure(name: str, url: str) -> float:
    """Print a row for each call and return the worst p95."""
    await migrate(url)
    worst = 0.0
    async with Database(url, wait_s=60) as database:
        await _fill(database)
        store = SqlVoices(database)
        for what, call in _calls(await _middle(store)).items():
            took_ms = [await _time(call, store) for _ in range(_TIMES)]
            p50, p95, p99 = (percentile(took_ms, share) for share in (0.5, 0.95, 0.99))
            print(f"| {name} | {what} | {p50:.1f} | {p95:.1f} | {p99:.1f} |")
            worst = max(worst, p95)
    return worst


async def _time(call: _Call, store: SqlVoices) -> float:
    began = time.perf_counter()
    if await call(store) is None:
        raise SystemExit("a voice is missing")
    return (time.perf_counter() - began) * 1000


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield sqlite_url(Path(folder))


def main() -> None:
    """Print the table; the exit code says whether the floor was met."""
    print(f"{_VOICES:,} voices, a timbre of 133 kB each, {_TIMES} calls a row; {machine()}\n")
    print("| database | call | p50 ms | p95 ms | p99 ms |")
    print("| --- | --- | --- | --- | --- |")
    with _sqlite() as url:
        worst = asyncio.run(_measure("SQLite", url))
    left_out = ""
    try:
        with reachable_postgres() as url:
            worst = max(worst, asyncio.run(_measure("PostgreSQL", url)))
    except ConnectionError as e:
        left_out = f" PostgreSQL was not reachable ({e})."
    print(f"\nFloor: p95 < {_TARGET_MS:g} ms. Worst p95: {worst:.1f} ms.{left_out}")
    raise SystemExit(worst >= _TARGET_MS)


if __name__ == "__main__":
    main()
