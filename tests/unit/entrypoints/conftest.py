"""Settings are read from the environment: here it holds what the test put there, and no more."""

import os
from pathlib import Path

import pytest

from entrypoints.aliases import ALIASES
from tests.unit.entrypoints.old_installation import Old

_OLD = {alias.name for alias in ALIASES if alias.where != "key"}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        ours = name.startswith(("RHAPSODE_", "LEIBNIZ_")) and not name.startswith("RHAPSODE_TEST_")
        if ours or name in _OLD:
            monkeypatch.delenv(name)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Old:
    monkeypatch.chdir(tmp_path)
    return Old(tmp_path, monkeypatch)
