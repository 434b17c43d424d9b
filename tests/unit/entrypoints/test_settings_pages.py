"""The pages that list the settings are as the settings are, and what they offer can be loaded."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrypoints.aliases import ALIASES
from entrypoints.cli.settings_page import PAGES, main
from entrypoints.settings import Settings, load

ROOT = Path(__file__).parents[3]
YAML = (ROOT / "config.example.yaml").read_text()
ENV = (ROOT / ".env.example").read_text()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _rows(heading: str) -> Iterator[list[str]]:
    page = (ROOT / "docs/settings.md").read_text()
    for line in page.partition(heading)[2].partition("\n## ")[0].splitlines():
        if line.startswith("| `"):
            yield [cell.strip(" `") for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_is_as_the_settings_are(name: str) -> None:
    assert (ROOT / name).read_text() == PAGES[name](), (
        f"{name} is stale: python -m entrypoints.cli.settings_page"
    )


def test_the_command_writes_every_page(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    main(tmp_path)
    for name, text in PAGES.items():
        assert (tmp_path / name).read_text() == text()


def test_the_page_has_a_row_for_each_setting_with_its_default() -> None:
    rows = {row[0]: row for row in _rows("# Settings")}
    assert set(rows) == set(Settings.model_fields)
    assert rows["port"][:3] == ["port", "RHAPSODE_PORT", "8000"]
    assert rows["recent_voices"][3].endswith("(1 to 100000)")
    assert rows["database_timeout_s"][3].endswith("(above 0, up to 60)")
    assert rows["audio_cache"][3].endswith("(auto, off, memory, disk, redis)")
    assert all(len(row[3]) > len("how much") for row in rows.values())


def test_the_page_has_a_row_for_each_old_name_with_both_defaults() -> None:
    rows = {(row[0], row[1]): row for row in _rows("## Old names")}
    assert set(rows) == {(alias.name, alias.where) for alias in ALIASES}
    assert rows["service.host", "key"][2:5] == ["host", "0.0.0.0", "127.0.0.1"]  # noqa: S104
    assert "keys or --insecure" in rows["service.host", "key"][5]


def test_the_files_can_be_loaded_as_they_are() -> None:
    assert load({}, ROOT / "config.example.yaml").settings == Settings()


def test_every_line_of_the_yaml_file_says_the_default(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    text = re.sub(r"(?m)^#(?=\w)", "", YAML)
    file.write_text(text)
    assert re.findall(r"(?m)^(\w+):", text) == list(Settings.model_fields)
    loaded = load({}, file)
    assert loaded.settings == Settings()
    assert loaded.origins["port"] == f"file {file}"


def test_every_line_of_the_env_file_says_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = re.findall(r"(?m)^#(RHAPSODE_\w+)=(.*)$", ENV)
    assert [name for name, _ in lines] == [f"RHAPSODE_{n.upper()}" for n in Settings.model_fields]
    for name, value in lines:
        monkeypatch.setenv(name, value)
    loaded = load({})
    assert loaded.settings == Settings()
    assert loaded.origins["port"] == "environment"


@pytest.mark.parametrize("text", [ENV, re.sub(r"(?m)^#(?=RHAPSODE_)", "", ENV)])
def test_a_shell_reads_the_env_file_as_it_stands(tmp_path: Path, text: str) -> None:
    (tmp_path / "env").write_text(text)
    shell = shutil.which("sh") or "/bin/sh"
    script = "set -aeu; . ./env; env"
    read = subprocess.run(
        [shell, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path, env={}
    )
    said = dict(line.split("=", 1) for line in read.stdout.splitlines())
    expected = dict(re.findall(r"(?m)^(RHAPSODE_\w+)=(.*)$", text))
    assert {name: value for name, value in said.items() if name.startswith("RHAPSODE_")} == expected
    assert read.stderr == ""


def test_nothing_of_this_machine_is_on_a_page() -> None:
    for text in PAGES.values():
        assert os.path.expanduser("~") + "/" not in text()  # noqa: PTH111 - a text, not a path
