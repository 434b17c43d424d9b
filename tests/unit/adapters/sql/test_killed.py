"""A process killed at any moment of a save leaves the whole voice or none.

`RHAPSODE_TEST_KILLS` says how often; the suite is content with a few.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from adapters.sql.voices import SqlVoices
from domain.access import HOUSE
from domain.ports import Once, VoiceSearch
from domain.voice import Voice
from tests.databases import fresh_postgres, sqlite_url
from tests.unit.adapters.sql import children

KILLS = int(os.environ.get("RHAPSODE_TEST_KILLS", "10"))


@pytest.mark.timeout(60 + 2 * KILLS)
async def test_killed_savers_leave_whole_voices_in_sqlite(tmp_path: Path) -> None:
    await _kill_and_look(sqlite_url(tmp_path))


@pytest.mark.timeout(60 + 2 * KILLS)
async def test_killed_savers_leave_whole_voices_in_postgresql() -> None:
    with fresh_postgres() as url:
        await _kill_and_look(url)


async def _kill_and_look(url: str) -> None:
    await migrate(url)
    outcome = children.run("saves", url, str(KILLS))
    assert outcome.returncode == 0, outcome.stderr
    async with Database(url) as database:
        voices = SqlVoices(database)
        kept = await _every(voices)
        assert len(kept) >= KILLS, "each saver has kept one voice before it is killed"
        for voice in kept:
            assert len(await voices.clips(HOUSE, voice.id)) == children.CLIPS
            assert await voices.load(HOUSE, voice.id, "e") is not None
        for voice in kept[-KILLS:]:
            once = Once(voice.id, children.CONTENT)
            assert await voices.add(voice, [], [], once) == voice, "its key was kept with it"
        rows = [await _count(database, table) for table in ("timbres", "voice_labels", "saves")]
        assert rows == [len(kept)] * 3
        assert await _count(database, "clips") == children.CLIPS * len(kept)


async def _count(database: Database, table: str) -> int:
    async with database.reading() as connection:
        rows = await connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
        number: int = rows.scalar_one()
    return number


async def _every(voices: SqlVoices) -> list[Voice]:
    search, kept = VoiceSearch(HOUSE, limit=1000), list[Voice]()
    while True:
        page = await voices.find(search)
        kept += page.voices
        if page.next is None:
            return kept
        search = replace(search, after=page.next)
