"""A disk without room: nothing of the voice is kept, all the others still speak."""

import errno
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from adapters.sql.database import Database
from adapters.sql.faults import told_plainly
from adapters.sql.migrate import migrate
from adapters.sql.voices import SqlVoices
from domain.access import HOUSE
from domain.errors import StoreFullError, StoreUnavailableError
from domain.ports import Once, VoiceSearch
from domain.voice import Clip, Timbre, Voice
from tests.databases import fresh_postgres, sqlite_url

MAY = datetime(2026, 5, 17, tzinfo=UTC)
ANA = Voice("ana", "Ana", "", MAY, updated_at=MAY)
BOB = Voice("bob", "Bob", "", MAY, labels={"mood": "calm"}, updated_at=MAY)
CLIP = Clip(b"fLaC" * 50_000, 2.0, 24_000)
TIMBRE = Timbre("e", {"pace": np.ones(2, np.float32)})
ONCE = Once("key", "content")

# What a server says whose disk is full, said whenever a clip is written.
FULL_SERVER = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION USING ERRCODE = ''disk_full''; END';
CREATE TRIGGER full_disk BEFORE INSERT ON clips EXECUTE FUNCTION full_disk()
"""


async def test_a_voice_does_not_fit_on_sqlite(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path)
    await migrate(url)
    async with Database(url) as database:
        await _save_in_vain(database, "PRAGMA max_page_count = 40")
        await _tell(database, "PRAGMA max_page_count = 4294967294")
        await _save_at_last(database)


async def test_a_voice_does_not_fit_on_postgresql() -> None:
    with fresh_postgres() as url:
        await migrate(url)
        async with Database(url) as database:
            await _save_in_vain(database, *FULL_SERVER.split(";\n"))
            await _tell(database, "DROP TRIGGER full_disk ON clips")
            await _save_at_last(database)


async def _save_in_vain(database: Database, *fill: str) -> None:
    voices = SqlVoices(database)
    await voices.add(ANA, [Clip(b"fLaC", 2.0, 24_000)], [TIMBRE])
    await _tell(database, *fill)
    for _ in range(2):
        with pytest.raises(StoreFullError, match="nothing was saved"):
            await voices.add(BOB, [CLIP], [TIMBRE], ONCE)
    assert await voices.get(HOUSE, "bob") is None
    assert (await voices.find(VoiceSearch(HOUSE))).voices == (ANA,)
    assert await voices.load(HOUSE, "ana", "e") is not None
    async with database.reading() as connection:
        for table in ("voice_labels", "saves"):
            rows = await connection.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
            assert rows.all() == []


async def _save_at_last(database: Database) -> None:
    voices = SqlVoices(database)
    assert await voices.add(BOB, [CLIP], [TIMBRE], ONCE) == BOB
    assert await voices.clips(HOUSE, "bob") == (CLIP,)


async def _tell(database: Database, *statements: str) -> None:
    async with database.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))


@pytest.mark.parametrize("name", ["SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"])
def test_sqlites_names_for_a_full_disk(name: str) -> None:
    original = sqlite3.OperationalError("disk I/O error")
    original.sqlite_errorname = name
    with pytest.raises(StoreFullError), told_plainly():
        raise OperationalError("INSERT", {}, original)


def test_a_failing_disk_is_not_a_full_one() -> None:
    original = sqlite3.OperationalError("disk I/O error")
    original.sqlite_errorname = "SQLITE_IOERR_READ"
    with pytest.raises(StoreUnavailableError, match="disk under the database"), told_plainly():
        raise OperationalError("INSERT", {}, original)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_the_systems_names_for_a_full_disk(code: int) -> None:
    with pytest.raises(StoreFullError), told_plainly():
        raise OSError(code, "no room")
