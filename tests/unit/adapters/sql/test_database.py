import builtins
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError, StatementError

from adapters.sql import tables
from adapters.sql.database import Database
from adapters.sql.migrate import migrate
from domain.errors import StoreUnavailableError
from tests.databases import fresh_postgres, sqlite_url


def test_the_constructor_touches_nothing(tmp_path: Path) -> None:
    Database(sqlite_url(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


async def test_entering_makes_the_folder_and_leaving_closes_the_file(tmp_path: Path) -> None:
    async with (
        Database(sqlite_url(tmp_path / "new" / "deep")) as database,
        database.writing() as connection,
    ):
        await connection.execute(text("CREATE TABLE t (x INTEGER)"))
    names = {path.name for path in (tmp_path / "new" / "deep").iterdir()}
    assert names == {"voices.db"}, "the write-ahead log is folded in when the last one leaves"


async def test_every_connection_has_its_pragmas(tmp_path: Path) -> None:
    expected = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 1250, "synchronous": 2}
    async with (
        Database(sqlite_url(tmp_path), wait_s=1.25) as database,
        database.reading() as one,
        database.reading() as two,
    ):
        for connection in (one, two):
            pragmas = {
                name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
                for name in expected
            }
            assert pragmas == expected


async def test_a_block_that_raises_leaves_nothing_not_even_a_table(tmp_path: Path) -> None:
    async with Database(sqlite_url(tmp_path)) as database:
        with pytest.raises(IntegrityError):
            await _write(
                database,
                "CREATE TABLE t (x INTEGER NOT NULL)",
                "INSERT INTO t VALUES (0)",
                "INSERT INTO t VALUES (NULL)",
            )
        async with database.reading() as connection:
            names = await connection.execute(text("SELECT name FROM sqlite_master"))
            assert names.all() == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_reader_sees_one_moment(kind: str, tmp_path: Path) -> None:
    if kind == "sqlite":
        await _look_twice(sqlite_url(tmp_path))
    else:
        with fresh_postgres() as url:
            await _look_twice(url)


async def _look_twice(url: str) -> None:
    count = text("SELECT count(*) FROM t")
    async with Database(url) as database:
        async with database.writing() as writer:
            await writer.execute(text("CREATE TABLE t (x INTEGER)"))
        async with database.reading() as reader:
            assert (await reader.execute(count)).scalar_one() == 0
            async with database.writing() as writer:
                await writer.execute(text("INSERT INTO t VALUES (1)"))
            assert (await reader.execute(count)).scalar_one() == 0
        async with database.reading() as reader:
            assert (await reader.execute(count)).scalar_one() == 1


async def test_outside_its_block_it_says_so(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    with pytest.raises(RuntimeError, match="outside"):
        async with database.reading():
            pass
    async with database:
        pass
    with pytest.raises(RuntimeError, match="outside"):
        async with database.writing():
            pass


async def test_it_can_be_entered_again(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    for _ in range(2):
        async with database, database.reading() as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1


async def test_a_missing_driver_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_asyncpg(
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if name == "asyncpg":
            raise ModuleNotFoundError(name)
        return real(name, globals_, locals_, fromlist or (), level)

    monkeypatch.setattr(builtins, "__import__", without_asyncpg)
    with pytest.raises(StoreUnavailableError, match=r"pip install '\.\[postgres\]'"):
        async with Database("postgresql://h/d"):
            pass


async def test_a_moment_without_a_zone_is_refused(tmp_path: Path) -> None:
    await migrate(sqlite_url(tmp_path))
    row = {"id": "a", "name": "", "description": "", "created_at": datetime(2026, 1, 1)}  # noqa: DTZ001
    async with Database(sqlite_url(tmp_path)) as database:
        with pytest.raises(StatementError, match="without a time zone"):
            async with database.writing() as connection:
                await connection.execute(insert(tables.voices).values(row))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_an_empty_database_asks_for_the_migration(kind: str, tmp_path: Path) -> None:
    if kind == "sqlite":
        await _ask(sqlite_url(tmp_path))
    else:
        with fresh_postgres() as url:
            await _ask(url)


async def _ask(url: str) -> None:
    async with Database(url) as database:
        with pytest.raises(StoreUnavailableError, match="rhapsode migrate"):
            async with database.reading() as connection:
                await connection.execute(text("SELECT id FROM voices"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_mistake_in_a_statement_is_not_dressed_up(kind: str, tmp_path: Path) -> None:
    if kind == "sqlite":
        await _mistake(sqlite_url(tmp_path), OperationalError)
    else:
        with fresh_postgres() as url:
            await _mistake(url, ProgrammingError)


async def _mistake(url: str, kind: type[Exception]) -> None:
    async with Database(url) as database:
        with pytest.raises(kind):
            async with database.reading() as connection:
                await connection.execute(text("SELEKT 1"))
        with pytest.raises(IntegrityError):
            await _write(
                database, "CREATE TABLE t (x INTEGER NOT NULL)", "INSERT INTO t VALUES (NULL)"
            )


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("sqlite:///{0}/rubbish.db", "not an SQLite database"),
        ("sqlite:///{0}/folder.db", "cannot be opened"),
        ("sqlite:///{0}/rubbish.db/voices.db", "cannot be opened"),
        ("postgresql://127.0.0.1:1/d", "cannot be reached"),
    ],
)
async def test_a_database_that_is_not_there_is_one_sentence(
    url: str, sentence: str, tmp_path: Path
) -> None:
    (tmp_path / "rubbish.db").write_bytes(b"not a database" * 1000)
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(StoreUnavailableError, match=sentence) as caught:
        async with Database(url.format(tmp_path)) as database, database.reading() as connection:
            await connection.execute(text("SELECT 1"))
    assert caught.value.__cause__ is not None
    assert caught.value.retry_after_s == 1.0


async def _write(database: Database, *statements: str) -> None:
    async with database.writing() as connection:
        for statement in statements:
            await connection.execute(text(statement))
