"""Looking into a database: its schema, its revision, all its rows, and what `fill` put there."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from adapters.sql import tables
from adapters.sql.database import Database
from adapters.sql.migrate import configure, scripts_folder
from adapters.sql.voices import SqlVoices
from domain.access import HOUSE
from domain.ports import VoiceSearch
from domain.voice import Voice
from tests.integration import old_databases

CASCADES = {
    "clips": "CASCADE",
    "job_chapters": "CASCADE",
    "previews": "CASCADE",
    "saves": "SET NULL",
    "timbres": "CASCADE",
    "voice_labels": "CASCADE",
}


async def every(database: Database) -> tuple[Voice, ...]:
    return (await SqlVoices(database).find(VoiceSearch(HOUSE))).voices


async def inspected(url: str, look: Callable[[Connection], Any]) -> Any:
    async with Database(url) as database, database.reading() as connection:
        return await connection.run_sync(look)


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def cascades(connection: Connection) -> dict[str, str]:
    """The comparison does not look at what a deleted voice takes with it."""
    keys = inspect(connection).get_multi_foreign_keys()
    return {name: key["options"]["ondelete"] for (_, name), [*of] in keys.items() for key in of}


def contents(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that holds voices, as the database gives it."""
    names = set(inspect(connection).get_table_names()) - {"alembic_version", "sqlite_sequence"}
    held = {}
    for name in names:
        rows = connection.execute(text(f"SELECT * FROM {name}")).mappings()  # noqa: S608
        held[name] = sorted((dict(row) for row in rows), key=repr)
    return held


async def fill(url: str, old: str) -> None:
    """Make a database as the version of this revision left it."""
    async with Database(url) as database, database.writing() as connection:
        await connection.run_sync(
            lambda c: command.upgrade(configure(scripts_folder(), c), old),
        )
        await old_databases.FILLERS[old](connection)


async def check(url: str) -> None:
    """See that the voices of `fill` are all there and can be found, changed and taken away."""
    async with Database(url) as database:
        voices = SqlVoices(database)
        assert await every(database) == old_databases.VOICES
        for voice in old_databases.VOICES:
            assert await voices.clips(HOUSE, voice.id) == old_databases.CLIPS
            (timbre,) = await voices.every(HOUSE, voice.id)
            assert timbre.sha256 == old_databases.TIMBRE.sha256
            page = await voices.find(VoiceSearch(HOUSE, text=voice.name.swapcase()))
            assert page.voices == (voice,)
            changed = await voices.change(replace(voice, labels={"mood": "glad"}))
            assert changed.version == 2
            page = await voices.find(VoiceSearch(HOUSE, labels={"mood": "glad"}))
            assert page.voices == (changed,)
            await voices.remove(HOUSE, voice.id)
    left = await inspected(url, contents)
    assert [
        name
        for name, on_delete in CASCADES.items()
        if on_delete == "CASCADE" and name != "job_chapters" and left[name]
    ] == []


def differences(connection: Connection) -> Any:
    options = {"compare_type": True, "compare_server_default": True}
    return compare_metadata(
        MigrationContext.configure(connection, opts=options),
        tables.metadata,
    )
