"""What every test of the XTTS adapter shares."""

from pathlib import Path

import pytest

from adapters.xtts.files import ModelFiles
from adapters.xtts.model.checkpoint import Checkpoint, load


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Lets a child find the stand-in among the tests; sets how it behaves."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[4]))
    return monkeypatch


@pytest.fixture(scope="session")
def files(small_model: ModelFiles) -> ModelFiles:
    """A small model on disk."""
    return small_model


@pytest.fixture(scope="session")
def checkpoint(files: ModelFiles) -> Checkpoint:
    """The same one, loaded."""
    return load(files)
