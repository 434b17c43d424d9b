"""What the databases complain of, as one sentence that says what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import StoreFullError, StoreUnavailableError, UnavailableError

_SLOW = "The database did not answer in time; try again."
_LOCKED = "The database is locked by another writer; try again."
_AWAY = "The database cannot be reached; check that it runs and that its address is right."
_BARE = "The database holds no tables of this version; run `rhapsode migrate`."

# SQLite cannot make its shared index beside a full file and does not call that full.
_FULL = {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE", "53100"}
_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT}
_SENTENCES = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_READONLY": "The database file cannot be written; check who owns the data directory.",
    "SQLITE_CANTOPEN": "The database file cannot be opened; check that its folder may be written.",
    "SQLITE_IOERR": "The disk under the database fails; check it and its free space.",
    "SQLITE_CORRUPT": "The database file is damaged; put back a copy of it.",
    "SQLITE_NOTADB": "The database file is not an SQLite database; check the address.",
    "08": _AWAY,
    "28": "The database refused the sign-in; check user and password in its address.",
    "3D": "The database named in the address does not exist; create it.",
    "40": _LOCKED,
    "42P01": _BARE,
    "42703": _BARE,
    "53": "The database has no connection or memory left; try again.",
    "55": _LOCKED,
    "57014": _SLOW,
    "57": "The database is stopping or starting; try again.",
}


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn a database that does not serve into an `UnavailableError`; the rest passes."""
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeoutError, OSError) as e:
        told = _told(e)
        if told is None:
            raise
        raise told from e


def _told(error: Exception) -> UnavailableError | None:
    if _is_full(error):
        return StoreFullError()
    sentence = _sentence(error)
    return None if sentence is None else StoreUnavailableError(sentence)


def _is_full(error: Exception) -> bool:
    if isinstance(error, DBAPIError):
        return _code(error) in _FULL
    return isinstance(error, OSError) and error.errno in _FULL_ERRNOS


def _sentence(error: Exception) -> str | None:
    if isinstance(error, PoolTimeoutError | TimeoutError):
        return _SLOW
    if not isinstance(error, DBAPIError):
        return _AWAY
    code = _code(error)
    for known, sentence in _SENTENCES.items():
        if code.startswith(known):
            return sentence
    if "no such table" in str(error.orig) or "no such column" in str(error.orig):
        return _BARE  # SQLite has one code for every mistake in a statement
    return _AWAY if error.connection_invalidated or _is_closed(error) else None


def _code(error: DBAPIError) -> str:
    sqlite: str | None = getattr(error.orig, "sqlite_errorname", None)
    postgresql: str | None = getattr(error.orig, "sqlstate", None)
    return sqlite or postgresql or ""


def _is_closed(error: DBAPIError) -> bool:
    # asyncpg loses a server without any code, in words such as "connection was closed in the
    # middle of operation".
    return "clos" in str(error.orig) and "connection" in str(error.orig)
