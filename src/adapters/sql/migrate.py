"""Brings a database to the newest revision: one process at a time, wholly or not at all."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, func, select

from adapters.sql.database import Database
from domain.errors import StoreUnavailableError

_LOCK = 0x72686170  # "rhap": one advisory lock for all who migrate this PostgreSQL database
_HERE = Path(__file__).resolve()


async def migrate(url: str, *, scripts: Path | None = None, wait_s: float = 120.0) -> str:
    """Run the revisions that are missing and return the newest one's name.

    All of it is one transaction: killed midway, the database is as before. Of two at once the
    second waits, up to `wait_s`, and finds nothing to do.
    """
    folder = scripts or scripts_folder()
    # Rewriting a table in SQLite empties those that hang on it, unless it is told to look away.
    async with (
        Database(url, wait_s=wait_s, foreign_keys=False) as database,
        database.writing() as connection,
    ):
        return await connection.run_sync(_upgrade, folder)


def scripts_folder() -> Path:
    """Return the revisions' folder: beside this module when installed, else the checkout's."""
    candidates = (_HERE.parent / "migrations", _HERE.parents[3] / "migrations")
    for folder in candidates:
        if (folder / "env.py").is_file():
            return folder
    msg = "The database's revisions are missing from this installation; install Rhapsode again."
    raise StoreUnavailableError(msg)


def configure(folder: Path, connection: Connection) -> Config:
    """Return what Alembic needs to work on this connection without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, folder: Path) -> str:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    try:
        command.upgrade(configure(folder, connection), "head")
    except CommandError as e:
        msg = (
            "The database was made by another version of Rhapsode; install that or a newer one"
            f" ({e})."
        )
        raise StoreUnavailableError(msg) from e
    if connection.dialect.name == "sqlite":
        _check_foreign_keys(connection)
    return MigrationContext.configure(connection).get_current_revision() or ""


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        msg = f"The migration would leave rows of {broken[0]!r} without a voice; nothing was done."
        raise StoreUnavailableError(msg)
