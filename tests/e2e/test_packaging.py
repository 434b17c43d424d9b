"""The wheel: all that runs is in it, nothing else is, and it works away from the checkout."""

import os
import subprocess
import sys
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"domain", "application", "adapters", "entrypoints"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            folder,
            ROOT,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    (path,) = folder.glob("rhapsode-*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_holds_the_four_packages_and_nothing_beside_them(names: set[str]) -> None:
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == PACKAGES


def test_holds_every_source_file(names: set[str]) -> None:
    sources = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sources - names == set()


def test_holds_every_migration(names: set[str]) -> None:
    migrations = {
        f"adapters/sql/migrations/{path.relative_to(ROOT / 'migrations').as_posix()}"
        for path in (ROOT / "migrations").rglob("*.py")
    }
    assert "adapters/sql/migrations/env.py" in migrations
    assert migrations - names == set()


def test_carries_its_licence_and_its_command(installed: Path) -> None:
    (info,) = installed.glob("rhapsode-*.dist-info")
    metadata = message_from_string((info / "METADATA").read_text())
    assert metadata["License-Expression"] == "Apache-2.0"
    assert (info / "licenses/LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert "rhapsode = entrypoints.cli.main:main" in (info / "entry_points.txt").read_text()


def test_ships_no_library_of_others(names: set[str]) -> None:
    assert [name for name in names if name.endswith((".so", ".dll", ".dylib", ".exe"))] == []


def test_migrates_a_database_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    script = (
        "import sys, adapters; from entrypoints.cli.main import main;"
        " print(adapters.__file__); sys.exit(main(['migrate']))"
    )
    outside = {key: value for key, value in os.environ.items() if not key.startswith("RHAPSODE_")}
    ran = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=tmp_path,
        env=outside | {"PYTHONPATH": str(installed), "RHAPSODE_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[0] == str(installed / "adapters/__init__.py")
    assert list((tmp_path / "data").glob("*.db")) != []
