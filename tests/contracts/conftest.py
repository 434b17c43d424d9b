"""The stores of voices under one contract: in memory, in SQLite, in PostgreSQL."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.sql.database import Database
from adapters.sql.loudness import SqlLoudness
from adapters.sql.migrate import migrate
from adapters.sql.previews import SqlPreviews
from adapters.sql.voices import SqlVoices
from domain.ports import LoudnessStore, PreviewStore
from tests.databases import apart, fresh_postgres, sqlite_url
from tests.fakes.clock import FakeClock
from tests.fakes.loudness import FakeLoudness
from tests.fakes.voices import FakeVoices

MOST = 5
"""Of how many timbres the stores of these tests know how loud they are."""


@dataclass
class Kept:
    voices: FakeVoices | SqlVoices
    previews: PreviewStore
    loudness: LoudnessStore
    damage: Callable[[str], Awaitable[None]]
    clock: FakeClock = field(default_factory=FakeClock)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    apart(migrate(sqlite_url(folder)))
    return folder / "voices.db"


@pytest.fixture(scope="session")
def migrated_postgres() -> Iterator[str]:
    with fresh_postgres() as url:
        apart(migrate(url))
        yield url


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    clock = FakeClock()
    if request.param == "memory":
        fake = FakeVoices(clock.now)

        async def damage(voice_id: str) -> None:
            fake.damage(voice_id)

        yield Kept(fake, fake, FakeLoudness(MOST), damage, clock)
        return
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path)
        url = sqlite_url(tmp_path)
    else:
        url = request.getfixturevalue("migrated_postgres")
    async with Database(url) as database:
        async with database.writing() as connection:
            for table in ("voices", "saves", "loudness"):
                await connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        voices = SqlVoices(database, now=clock.now)
        yield Kept(
            voices,
            SqlPreviews(database),
            SqlLoudness(database, most=MOST, now=clock.now),
            lambda voice_id: _damage(database, voice_id),
            clock,
        )


async def _damage(database: Database, voice_id: str) -> None:
    """Turn one bit of each sound and one of the timbre: sizes stay right, hashes do not."""
    this = "WHERE voice_key = (SELECT key FROM voices WHERE id = :id)"
    async with database.writing() as connection:
        for table, column in (("clips", "flac"), ("timbres", "arrays"), ("previews", "flac")):
            query = text(f"SELECT {column} FROM {table} {this}")  # noqa: S608
            whole = (await connection.execute(query, {"id": voice_id})).scalar_one_or_none()
            if whole is None:
                continue
            bent = whole[:-1] + bytes([whole[-1] ^ 1])
            update = text(f"UPDATE {table} SET {column} = :bent {this}")  # noqa: S608
            await connection.execute(update, {"bent": bent, "id": voice_id})
