"""Where the database is: what people write, and what the async drivers want to hear."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from domain.errors import StoreUnavailableError

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
_LAST_PORT = 65_535
_WANTED = "write sqlite:///path/to/voices.db or postgresql://user:password@host/database"


class DatabaseAddressError(StoreUnavailableError, ValueError):
    """An address that no database can be found at; the message never shows a password."""


def async_url(written: str) -> URL:
    """Return the address with its async driver; `ValueError` says how to write it."""
    try:
        url = make_url(written)
    except (ArgumentError, ValueError):
        msg = f"The database address cannot be read; {_WANTED}."  # it may hold a password
        raise DatabaseAddressError(msg) from None
    if url.drivername not in _DRIVERS:
        msg = f"The database address begins with {url.drivername!r}; {_WANTED}."
        raise DatabaseAddressError(msg)
    url = url.set(drivername=_DRIVERS[url.drivername])
    return _sqlite(url) if is_sqlite(url) else _postgresql(url)


def is_sqlite(url: URL) -> bool:
    """Whether the database is a file of ours."""
    return url.get_backend_name() == "sqlite"


def sqlite_file(url: URL) -> Path:
    """Return the file; its write-ahead log stands beside it."""
    return Path(url.database or "").resolve()


def _sqlite(url: URL) -> URL:
    # A database in memory belongs to one connection, and transactions here need their own.
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        msg = f"A SQLite database must be a file; {_WANTED}."
        raise DatabaseAddressError(msg)
    _refuse_parameters(url, known=frozenset())
    return url


def _postgresql(url: URL) -> URL:
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        msg = f"The database address names port {url.port}; ports end at {_LAST_PORT}."
        raise DatabaseAddressError(msg)
    _refuse_parameters(url, known=frozenset({"ssl", "sslmode", "host"}))
    # asyncpg calls libpq's `sslmode` `ssl` and stumbles over the name everybody knows.
    return url.set(query={"ssl" if key == "sslmode" else key: url.query[key] for key in url.query})


def _refuse_parameters(url: URL, known: frozenset[str]) -> None:
    foreign = sorted(set(url.query) - known)
    if foreign:
        msg = f"The database address holds the unknown parameter {foreign[0]!r}; leave it out."
        raise DatabaseAddressError(msg)
