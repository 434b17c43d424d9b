"""Revisions on real databases: complete, alone, killed midway, on what an older version left."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent, indent

import numpy as np
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text

from adapters.sql.database import Database
from adapters.sql.migrate import configure, migrate, scripts_folder
from adapters.sql.voices import SqlVoices
from domain.access import HOUSE
from domain.errors import StoreUnavailableError
from domain.voice import Clip, Timbre, Voice
from tests.databases import fresh_postgres, sqlite_url
from tests.integration import old_databases
from tests.integration.schemas import (
    CASCADES,
    cascades,
    check,
    contents,
    differences,
    every,
    fill,
    inspected,
    revision,
    table_names,
)
from tests.unit.adapters.sql import children

REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory(str(scripts_folder())).walk_revisions()))
]
HEAD = REVISIONS[-1]
NEXT = "next"
MAY = datetime(2026, 5, 17, tzinfo=UTC)
ANA = Voice("ana", "Ana", "", MAY, labels={"mood": "calm"}, updated_at=MAY)
CLIP = Clip(b"fLaC", 2.0, 24_000)
TIMBRE = Timbre("e", {"pace": np.ones(2, np.float32)})


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    with fresh_postgres() as url:
        yield url


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A copy of the revisions, to which a test may add one."""
    folder = tmp_path / "100% scripts"
    shutil.copytree(scripts_folder(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def add_revision(scripts: Path, upgrade: str, name: str = NEXT) -> None:
    head = f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{name}"\n'
    body = head + f'down_revision = "{HEAD}"\n\ndef upgrade() -> None:\n'
    (scripts / "versions" / f"{name}_test.py").write_text(body + indent(dedent(upgrade), "    "))


async def test_the_revisions_make_the_tables_the_code_speaks_of(url: str) -> None:
    assert await migrate(url) == HEAD
    assert await inspected(url, differences) == []
    assert await inspected(url, cascades) == CASCADES


async def test_the_comparison_does_see_a_difference(url: str) -> None:
    await migrate(url)
    async with Database(url) as database, database.writing() as connection:
        await connection.execute(text("ALTER TABLE voices ADD COLUMN mood TEXT"))
        await connection.execute(text("DROP INDEX uq_voices_owner_id"))
    found = sorted(row[0] for row in await inspected(url, differences))
    assert found == ["add_index", "remove_column"]


async def test_a_second_run_changes_nothing(url: str) -> None:
    await migrate(url)
    async with Database(url) as database:
        await SqlVoices(database).add(ANA, [CLIP], [TIMBRE])
    assert await migrate(url) == HEAD
    async with Database(url) as database:
        assert await every(database) == (ANA,)


@pytest.mark.parametrize("old", REVISIONS)
async def test_an_old_database_keeps_all_it_held(url: str, old: str) -> None:
    await fill(url, old)
    before = await inspected(url, contents)
    assert await migrate(url) == HEAD
    assert await inspected(url, differences) == []
    after = await inspected(url, contents)
    for name, rows in before.items():
        assert len(rows) == len(after[name])
        for row, new in zip(rows, after[name], strict=True):
            assert {n: row[n] for n in row if n != "heard_lufs"}.items() <= new.items()
    assert all(row["updated_at"] == row["created_at"] for row in after["voices"])
    await check(url)


@pytest.mark.parametrize("old", REVISIONS[:-1])
async def test_two_processes_at_once_upgrade_an_old_database(url: str, old: str) -> None:
    await fill(url, old)
    outcome = children.run("races", url, "3")
    assert outcome.returncode == 0, outcome.stderr
    await check(url)


async def test_a_loudness_beside_a_timbre_moves_to_its_own_table_and_back(url: str) -> None:
    await fill(url, "0002")
    async with Database(url) as database, database.writing() as connection:
        await connection.execute(text("UPDATE timbres SET heard_lufs = -21.5"))
    await migrate(url)
    (learnt,) = (await inspected(url, contents))["loudness"]
    assert (learnt["fingerprint"], learnt["timbre_sha256"]) == ("e", old_databases.TIMBRE.sha256)
    assert (learnt["lufs"], learnt["seconds"], learnt["utterances"]) == (-21.5, 5.0, 1)
    async with Database(url) as database, database.writing() as connection:
        await connection.run_sync(
            lambda c: command.downgrade(configure(scripts_folder(), c), "0002"),
        )
    timbres = (await inspected(url, contents))["timbres"]
    assert [row["heard_lufs"] for row in timbres] == [-21.5, -21.5]


async def test_what_a_process_of_the_first_version_still_writes_is_read(url: str) -> None:
    await migrate(url)
    async with Database(url) as database, database.writing() as connection:
        await old_databases.first(connection)
    async with Database(url) as database:
        for voice in await every(database):
            assert (voice.owner, voice.version, voice.labels) == (HOUSE, 1, {})
            assert voice.updated_at == voice.created_at


async def test_down_to_the_first_and_up_again_loses_no_voice(url: str) -> None:
    await fill(url, REVISIONS[0])
    await migrate(url)
    async with Database(url) as database, database.writing() as connection:
        await connection.run_sync(
            lambda c: command.downgrade(configure(scripts_folder(), c), REVISIONS[0]),
        )
    assert await migrate(url) == HEAD
    assert await inspected(url, differences) == []
    await check(url)


async def test_down_and_up_again(url: str) -> None:
    await migrate(url)
    async with Database(url) as database, database.writing() as connection:
        await connection.run_sync(
            lambda c: command.downgrade(configure(scripts_folder(), c), "base"),
        )
    assert await inspected(url, table_names) <= {"alembic_version", "sqlite_sequence"}
    assert await migrate(url) == HEAD
    assert await inspected(url, differences) == []


async def test_two_processes_at_once_both_succeed(url: str) -> None:
    outcome = children.run("races", url, "4")
    assert outcome.returncode == 0, outcome.stderr
    assert await inspected(url, revision) == HEAD
    assert await inspected(url, differences) == []


async def test_the_second_waits_until_the_first_is_done(url: str, scripts: Path) -> None:
    running, go = scripts / "running", scripts / "go"
    add_revision(scripts, _hold(running, go))
    first = await _start(url, scripts, running)
    with pytest.raises(StoreUnavailableError, match=r"locked|in time"):
        await migrate(url, scripts=scripts, wait_s=0.2)
    second = asyncio.ensure_future(migrate(url, scripts=scripts, wait_s=20))
    await asyncio.sleep(0)
    go.touch()
    assert await second == NEXT
    assert first.wait(20) == 0


@pytest.mark.parametrize("old", REVISIONS)
async def test_killed_midway_it_is_as_before_and_can_be_run_again(
    url: str, scripts: Path, old: str
) -> None:
    await fill(url, old)
    before = await inspected(url, table_names), await inspected(url, contents)
    running = scripts / "running"
    add_revision(scripts, _hold(running, scripts / "never"))
    child = await _start(url, scripts, running)
    child.send_signal(signal.SIGKILL)
    assert child.wait(20) == -signal.SIGKILL
    assert (await inspected(url, table_names), await inspected(url, contents)) == before
    assert await inspected(url, revision) == old
    (scripts / "never").touch()
    assert await migrate(url, scripts=scripts, wait_s=20) == NEXT
    assert await inspected(url, table_names) >= before[0] | {"half"}
    await check(url)


def _hold(running: Path, go: Path) -> str:
    """A revision that makes a table, tells so, and waits for a file before it goes on."""
    return f"""
    import pathlib, time
    op.create_table("half", sa.Column("x", sa.Integer))
    op.execute("INSERT INTO half VALUES (1)")
    op.add_column("voices", sa.Column("mood", sa.Text))
    pathlib.Path({str(running)!r}).touch()
    while not pathlib.Path({str(go)!r}).exists():
        time.sleep(0.01)
    """  # noqa: S608


def _spawn(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        children.command(*words),
        cwd=children.ROOT,
        env=children.environment(),
    )


def _exists(path: Path) -> bool:
    return path.exists()


async def _start(url: str, scripts: Path, running: Path) -> subprocess.Popen[bytes]:
    child = _spawn("migrates", url, str(scripts))
    async with asyncio.timeout(20):
        while not _exists(running):
            assert child.poll() is None
            await asyncio.sleep(0.01)
    return child


async def test_a_failed_revision_leaves_the_database_as_it_was(url: str, scripts: Path) -> None:
    add_revision(
        scripts,
        """
        op.create_table("half", sa.Column("x", sa.Integer))
        raise ZeroDivisionError
        """,
    )
    with pytest.raises(ZeroDivisionError):
        await migrate(url, scripts=scripts)
    assert await inspected(url, table_names) == set()


async def test_rewriting_a_table_keeps_what_hangs_on_it(url: str, scripts: Path) -> None:
    await migrate(url)
    async with Database(url) as database:
        await SqlVoices(database).add(ANA, [CLIP], [TIMBRE])
    add_revision(
        scripts,
        """
        with op.batch_alter_table("voices", recreate="auto") as voices:
            voices.add_column(sa.Column("mood", sa.Text, nullable=False, server_default=""))
            voices.alter_column("name", existing_type=sa.Text, nullable=True)
            voices.drop_index("uq_voices_owner_id")
            voices.create_index("uq_voices_owner_id_mood", ["owner", "id", "mood"], unique=True)
        """,
    )
    assert await migrate(url, scripts=scripts) == NEXT
    async with Database(url) as database:
        voices = SqlVoices(database)
        assert await every(database) == (ANA,)
        assert await voices.clips(HOUSE, "ana") == (CLIP,)
        assert await voices.load(HOUSE, "ana", "e") is not None
        await voices.remove(HOUSE, "ana")
        assert await voices.clips(HOUSE, "ana") == ()


async def test_a_revision_that_orphans_clips_is_refused(tmp_path: Path, scripts: Path) -> None:
    url = sqlite_url(tmp_path)
    await migrate(url)
    async with Database(url) as database:
        await SqlVoices(database).add(ANA, [CLIP], [TIMBRE])
    add_revision(scripts, "op.execute('DELETE FROM voices')\n")
    with pytest.raises(StoreUnavailableError, match="without a voice; nothing was done"):
        await migrate(url, scripts=scripts)
    async with Database(url) as database:
        assert await every(database) == (ANA,)


async def test_a_database_of_a_newer_version_is_refused_in_one_sentence(
    url: str, scripts: Path
) -> None:
    add_revision(scripts, "pass\n", name="9999")
    await migrate(url, scripts=scripts)
    with pytest.raises(StoreUnavailableError, match=r"another version of Rhapsode.*9999"):
        await migrate(url)
