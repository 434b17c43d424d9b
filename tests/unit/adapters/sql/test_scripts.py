"""Where the revisions are found, and how the next one is written."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.sql.migrate import migrate, scripts_folder
from adapters.sql.revision import write_revision
from domain.errors import StoreUnavailableError
from tests.databases import sqlite_url
from tests.unit.adapters.sql import children


async def test_the_next_revision_is_written_and_runs(tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    shutil.copytree(scripts_folder(), scripts)
    await write_revision("add moods", scripts)
    (written,) = (scripts / "versions").glob("*_add_moods.py")
    number = len(list((scripts / "versions").glob("*.py")))
    assert written.name == f"{number:04}_add_moods.py"
    assert written.read_text().startswith('"""add moods."""')
    assert await migrate(sqlite_url(tmp_path), scripts=scripts) == f"{number:04}"


def test_missing_revisions_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.sql.migrate._HERE", Path("/nowhere/a/b/c/d"))
    with pytest.raises(StoreUnavailableError, match="install Rhapsode again"):
        scripts_folder()


def test_installed_revisions_come_before_a_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = tmp_path / "site" / "adapters" / "sql" / "migrate.py"
    (module.parent / "migrations").mkdir(parents=True)
    (module.parent / "migrations" / "env.py").touch()
    monkeypatch.setattr("adapters.sql.migrate._HERE", module)
    assert scripts_folder() == module.parent / "migrations"


def test_alembic_alone_is_told_what_to_use() -> None:
    code = "from alembic import command; from alembic.config import Config; c = Config();"
    code += f"c.set_main_option('script_location', {str(scripts_folder())!r});"
    code += "c.set_main_option('path_separator', 'os'); command.current(c)"
    outcome = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env=children.environment(),
        capture_output=True,
        text=True,
    )
    assert outcome.returncode == 1
    assert outcome.stderr.strip().splitlines()[-1].startswith("Use `rhapsode migrate`")
