"""Databases that are locked, crowded, stopped or hanging: a bounded wait, then they recover."""

import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from adapters.sql.voices import SqlVoices
from domain.access import HOUSE
from domain.errors import StoreUnavailableError
from domain.ports import VoiceSearch
from domain.voice import Clip, Timbre, Voice
from tests.databases import PrivatePostgres, fresh_postgres, private_postgres, sqlite_url

MAY = datetime(2026, 5, 17, tzinfo=UTC)
ANA = Voice("ana", "Ana", "", MAY, updated_at=MAY)
BOB = Voice("bob", "Bob", "", MAY, updated_at=MAY)
CLIP = Clip(b"fLaC", 2.0, 24_000)
TIMBRE = Timbre("e", {"pace": np.ones(2, np.float32)})
WAIT_S = 0.2


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    await migrate(sqlite_url(tmp_path))
    async with Database(sqlite_url(tmp_path), wait_s=WAIT_S) as database:
        await SqlVoices(database).add(ANA, [CLIP], [TIMBRE])
        yield database


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    with private_postgres() as server:
        yield server


async def every(voices: SqlVoices) -> tuple[Voice, ...]:
    return (await voices.find(VoiceSearch(HOUSE))).voices


@contextmanager
def refused(sentence: str, most_s: float) -> Iterator[None]:
    began = time.monotonic()
    with pytest.raises(StoreUnavailableError, match=sentence):
        yield
    assert time.monotonic() - began < most_s


async def test_a_locked_file_is_waited_for_a_while(database: Database, tmp_path: Path) -> None:
    voices = SqlVoices(database)
    with closing(sqlite3.connect(tmp_path / "voices.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        for attempt in (voices.add(BOB, [CLIP], []), voices.keep(ANA, TIMBRE)):
            with refused("locked by another writer", most_s=WAIT_S + 4):
                await attempt
        assert time.monotonic() - began > 2 * WAIT_S
        assert await voices.get(HOUSE, "ana") == ANA, "known voices still speak"
        assert await voices.load(HOUSE, "ana", "e") is not None
        other.execute("ROLLBACK")
    await voices.add(BOB, [CLIP], [])
    assert await every(voices) == (ANA, BOB)


async def test_a_pool_without_a_free_connection_is_waited_for(database: Database) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(15):
            await stack.enter_async_context(database.reading())
        with refused("did not answer in time", most_s=WAIT_S + 4):
            await SqlVoices(database).get(HOUSE, "ana")
    assert await SqlVoices(database).get(HOUSE, "ana") == ANA


async def test_an_id_held_by_an_open_transaction_is_waited_for() -> None:
    with fresh_postgres() as url:
        await migrate(url)
        async with Database(url, wait_s=WAIT_S) as database:
            voices = SqlVoices(database)
            await voices.add(ANA, [], [])
            async with database.writing() as other:
                await other.exec_driver_sql("DELETE FROM voices")
                with refused("did not answer in time", most_s=WAIT_S + 4):
                    await voices.keep(ANA, TIMBRE)
            await voices.add(BOB, [CLIP], [TIMBRE])
            assert await every(voices) == (BOB,)


async def test_a_server_that_stops_is_missed_and_found_again(server: PrivatePostgres) -> None:
    await migrate(server.url)
    async with Database(server.url, wait_s=2.0) as database:
        voices = SqlVoices(database)
        await voices.add(ANA, [CLIP], [TIMBRE])
        server.kill()
        for attempt in (
            voices.get(HOUSE, "ana"),
            voices.add(BOB, [], []),
            voices.find(VoiceSearch(HOUSE)),
        ):
            with refused("cannot be reached", most_s=4.0):
                await attempt
        server.start()
        assert await every(voices) == (ANA,)
        await voices.remove(HOUSE, "ana")


async def test_a_server_restarted_between_two_questions_is_not_noticed(
    server: PrivatePostgres,
) -> None:
    await migrate(server.url)
    async with Database(server.url, wait_s=2.0) as database:
        voices = SqlVoices(database)
        async with database.reading(), database.reading():  # two connections wait in the pool
            pass
        server.kill()
        server.start()
        await voices.add(ANA, [CLIP], [TIMBRE])
        assert await every(voices) == (ANA,)
        await voices.remove(HOUSE, "ana")


async def test_a_server_lost_within_a_transaction_is_an_answer(server: PrivatePostgres) -> None:
    await migrate(server.url)
    async with Database(server.url, wait_s=2.0) as database:
        with refused("cannot be reached|stopping or starting", most_s=5.0):
            await _lose(database, server)
        server.start()
        assert await every(SqlVoices(database)) == ()


async def _lose(database: Database, server: PrivatePostgres) -> None:
    async with database.writing() as connection:
        await connection.exec_driver_sql("INSERT INTO voices VALUES (1, 'x', '', '', now())")
        server.kill()
        await connection.exec_driver_sql("SELECT 1")


async def test_a_server_that_hangs_is_waited_for_a_while(server: PrivatePostgres) -> None:
    await migrate(server.url)
    async with Database(server.url, wait_s=WAIT_S) as database:
        voices = SqlVoices(database)
        await voices.add(ANA, [CLIP], [TIMBRE])
        with server.frozen(), refused("did not answer in time", most_s=WAIT_S + 4):
            await voices.get(HOUSE, "ana")
        assert await voices.get(HOUSE, "ana") == ANA
        await voices.remove(HOUSE, "ana")
