"""A process killed at any moment of a save leaves the whole voice or none.

`RHAPSODE_TEST_KILLS` says how often; the suite is content with a few.
"""

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from adapters.sql.voices import SqlVoices
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
        kept = await voices.every()
        assert len(kept) >= KILLS, "each saver has kept one voice before it is killed"
        for voice in kept:
            assert len(await voices.clips(voice.id)) == children.CLIPS
            assert await voices.load(voice.id, "e") is not None
        async with database.reading() as connection:
            clips = (await connection.execute(text("SELECT count(*) FROM clips"))).scalar_one()
    assert clips == children.CLIPS * len(kept)
