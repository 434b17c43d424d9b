"""What every test of the XTTS adapter shares."""

from pathlib import Path

import pytest

from adapters.xtts.files import ModelFiles
from adapters.xtts.model.checkpoint import Checkpoint, load
from tests.checkpoints import build


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Lets a child find the stand-in among the tests; sets how it behaves."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[4]))
    return monkeypatch


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """A small model on disk."""
    folder = build(tmp_path_factory.mktemp("small"))
    return ModelFiles(
        folder / "config.json",
        folder / "model.pth",
        folder / "vocab.json",
        folder / "speakers_xtts.pth",
    )


@pytest.fixture(scope="session")
def checkpoint(files: ModelFiles) -> Checkpoint:
    """The same one, loaded."""
    return load(files)
