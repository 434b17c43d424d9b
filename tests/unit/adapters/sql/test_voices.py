"""What is the SQL store's own: damage in all its forms, text a database cannot hold, cancelling."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select, text

from adapters.sql import tables
from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from adapters.sql.voices import SqlVoices
from domain.access import HOUSE
from domain.errors import VoiceDamagedError
from domain.ports import Once, VoiceSearch
from domain.voice import Clip, Timbre, Voice
from tests.databases import fresh_postgres, sqlite_url

ANA = Voice("ana", "Ana", "", datetime(2026, 5, 17, tzinfo=UTC))
CLIP = Clip(b"fLaC", 2.0, 24_000)
TIMBRE = Timbre("e", {"pace": np.ones((2, 2), np.float32)})


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    await migrate(sqlite_url(tmp_path))
    async with Database(sqlite_url(tmp_path)) as database:
        yield database


async def alter(database: Database, statement: str) -> None:
    async with database.writing() as connection:
        await connection.execute(text(statement))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE timbres SET arrays = x''",
        "UPDATE timbres SET arrays = substr(arrays, 1, 20)",
        "UPDATE timbres SET arrays = x'80049563'",
        "UPDATE timbres SET sha256 = '0'",
        "UPDATE timbres SET arrays = CAST(replace(arrays, '[2,2]', '[4,1]') AS BLOB)",
    ],
)
async def test_a_damaged_timbre_names_its_voice(database: Database, damage: str) -> None:
    voices = SqlVoices(database)
    await voices.add(ANA, [CLIP], [TIMBRE])
    await alter(database, damage)
    with pytest.raises(VoiceDamagedError, match=r"'ana' is damaged \(its timbre") as caught:
        await voices.load(HOUSE, "ana", "e")
    assert caught.value.voice_id == "ana"
    assert await voices.clips(HOUSE, "ana") == (CLIP,)


async def test_a_damaged_timbre_is_healed_by_a_new_one(database: Database) -> None:
    voices = SqlVoices(database)
    await voices.add(ANA, [CLIP], [TIMBRE])
    await alter(database, "UPDATE timbres SET arrays = x''")
    await voices.keep(ANA, TIMBRE)
    loaded = await voices.load(HOUSE, "ana", "e")
    assert loaded is not None
    assert loaded.sha256 == TIMBRE.sha256


async def test_a_damaged_clip_is_numbered(database: Database) -> None:
    voices = SqlVoices(database)
    await voices.add(ANA, [CLIP, CLIP], [])
    await alter(database, "UPDATE clips SET flac = x'00' WHERE position = 1")
    with pytest.raises(VoiceDamagedError, match="clip 2 does not match"):
        await voices.clips(HOUSE, "ana")


async def test_a_key_is_never_used_twice(database: Database) -> None:
    voices = SqlVoices(database)
    keys = []
    for _ in range(3):
        await voices.add(ANA, [], [])
        async with database.reading() as connection:
            keys.append((await connection.execute(select(tables.voices.c.key))).scalar_one())
        await voices.remove(HOUSE, "ana")
    assert len(set(keys)) == 3


async def test_every_row_says_itself_when_it_was_last_changed(database: Database) -> None:
    await SqlVoices(database).add(ANA, [], [])
    async with database.reading() as connection:
        rows = await connection.execute(select(tables.voices.c.updated_at))
    assert rows.scalar_one() == ANA.created_at


async def test_a_caller_that_goes_away_on_sqlite(database: Database) -> None:
    await _leave_at_every_turn(SqlVoices(database))


async def test_a_caller_that_goes_away_on_postgresql() -> None:
    with fresh_postgres() as url:
        await migrate(url)
        async with Database(url) as database:
            await _leave_at_every_turn(SqlVoices(database))


async def _leave_at_every_turn(voices: SqlVoices) -> None:
    """Cancel an `add` after ever more turns of the loop: all or nothing is kept, nothing locked."""
    clips = [Clip(bytes([n]) * 5_000, 1.0, 8_000) for n in range(4)]
    whole = 0
    for turns in range(50):
        once = Once(str(turns), "c")
        adding = asyncio.ensure_future(voices.add(ANA, clips, [TIMBRE], once))
        for _ in range(turns):
            await asyncio.sleep(0)
        adding.cancel()
        await asyncio.wait([adding])
        found = await voices.get(HOUSE, "ana")
        assert len(await voices.clips(HOUSE, "ana")) == (0 if found is None else 4)
        whole += found is not None
        await _empty(voices)
    assert whole < 50, "no caller went away in time"


async def _empty(voices: SqlVoices) -> None:
    await voices.add(Voice("bob", "", "", ANA.created_at), [], [])
    for voice in (await voices.find(VoiceSearch(HOUSE))).voices:
        await voices.remove(HOUSE, voice.id)
