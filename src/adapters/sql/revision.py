"""Writes the next revision from the tables: `python -m adapters.sql.revision "message"`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection

from adapters.sql.database import Database
from adapters.sql.migrate import configure, migrate, scripts_folder


async def write_revision(message: str, folder: Path) -> None:
    """Compare the tables with a database at the newest revision and write what differs."""
    with tempfile.TemporaryDirectory() as scratch:
        url = f"sqlite:///{scratch}/empty.db"
        await migrate(url, scripts=folder)
        async with Database(url) as database, database.reading() as connection:
            await connection.run_sync(_compare, message, folder)


def _compare(connection: Connection, message: str, folder: Path) -> None:
    number = len(list((folder / "versions").glob("*.py"))) + 1
    command.revision(
        configure(folder, connection),
        message,
        autogenerate=True,
        rev_id=f"{number:04}",
    )


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():  # noqa: PLR2004 - the program and one word
        sys.exit('Say what the revision does: python -m adapters.sql.revision "add owners"')
    asyncio.run(write_revision(sys.argv[1], scripts_folder()))
