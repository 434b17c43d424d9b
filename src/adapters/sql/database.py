"""A database that is opened once, waited for a bounded time, and survives its server's restarts."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from typing_extensions import override

from adapters.sql.address import async_url, is_sqlite, sqlite_file
from adapters.sql.faults import told_plainly
from domain.errors import StoreUnavailableError

_WRITES = "rhapsode_writes"


class Database:
    """Transactions on SQLite or PostgreSQL; `StoreUnavailableError` when `wait_s` was not enough.

    The wait bounds each step by itself: a connection, a lock, a statement.
    """

    def __init__(self, url: str, *, wait_s: float = 2.0, foreign_keys: bool = True) -> None:
        self._url = async_url(url)
        self._wait_s = wait_s
        self._foreign_keys = foreign_keys
        self._engine: AsyncEngine | None = None

    async def __aenter__(self) -> Self:
        self._engine = self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that sees one moment of the database."""
        # SQLite's readers see one moment anyway.
        options = {} if is_sqlite(self._url) else {"isolation_level": "REPEATABLE READ"}
        with told_plainly():
            async with self._entered.execution_options(**options).connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a transaction: kept when the block ends, forgotten when it raises."""
        with told_plainly():
            async with self._entered.execution_options(**{_WRITES: True}).begin() as connection:
                yield connection

    @property
    def _entered(self) -> AsyncEngine:
        if self._engine is None:
            msg = "The database is used outside its `async with` block."
            raise RuntimeError(msg)
        return self._engine

    def _open(self) -> AsyncEngine:
        if is_sqlite(self._url):
            _make_file(sqlite_file(self._url))
            return _sqlite_engine(self._url, self._wait_s, foreign_keys=self._foreign_keys)
        return _postgresql_engine(self._url, self._wait_s)


def _make_file(path: Path) -> None:
    # Refused here and not by the driver, whose thread outlives the loop when its first step fails.
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        sqlite3.connect(path).close()
    except (OSError, sqlite3.OperationalError) as e:
        msg = f"The database file {path} cannot be opened ({e}); check its folder or name another."
        raise StoreUnavailableError(msg) from e


def _sqlite_engine(url: URL, wait_s: float, *, foreign_keys: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_timeout=wait_s,
        connect_args={"timeout": wait_s, "factory": _LettingGo},
    )

    def prepare(connection: DBAPIConnection, _record: Any) -> None:
        # Python's driver begins transactions when it sees fit and not before DDL; we do it.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a voice once saved outlives a power cut
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


class _LettingGo(sqlite3.Connection):
    """Ends its transaction when closed, which SQLite leaves until the last cursor is collected.

    A caller cancelled in mid-statement would keep the whole file locked until then.
    """

    @override
    def close(self) -> None:
        if self.in_transaction:
            self.rollback()
        super().close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer is refused at once and not after `timeout`: writers say so first.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql_engine(url: URL, wait_s: float) -> AsyncEngine:
    try:
        return create_async_engine(
            url,
            pool_timeout=wait_s,
            pool_pre_ping=True,
            connect_args={"timeout": wait_s, "command_timeout": wait_s},
        )
    except ModuleNotFoundError as e:
        msg = "PostgreSQL needs asyncpg; in the source folder: pip install '.[postgres]'."
        raise StoreUnavailableError(msg) from e
