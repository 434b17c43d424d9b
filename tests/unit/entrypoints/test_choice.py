"""Which engine a server takes, decided once."""

from pathlib import Path
from typing import Any

import pytest

from adapters.espeak.engine import EspeakEngine
from adapters.xtts.engine import XttsEngine
from adapters.xtts.files import ModelFiles
from domain.errors import UnavailableError
from entrypoints.container import Container
from entrypoints.settings import Settings


def container(data_dir: Path, **settings: Any) -> Container:
    return Container(settings=Settings(data_dir=data_dir, **settings))


def lay(model: ModelFiles, folder: Path) -> None:
    folder.mkdir(parents=True)
    for path in model.named.values():
        (folder / path.name).symlink_to(path)


def test_without_a_model_the_embedded_engine_speaks(tmp_path: Path) -> None:
    assert isinstance(container(tmp_path).speaker(), EspeakEngine)


def test_a_model_in_the_data_folder_is_taken(small_model: ModelFiles, tmp_path: Path) -> None:
    lay(small_model, tmp_path / "models" / "xtts-v2")
    assert isinstance(container(tmp_path).speaker(), XttsEngine)
    assert isinstance(container(tmp_path, engine="espeak").speaker(), EspeakEngine)


def test_a_model_that_comes_later_changes_nothing_in_a_running_server(
    small_model: ModelFiles, tmp_path: Path
) -> None:
    running = container(tmp_path, audio_cache="off")
    engine = running.engine()
    lay(small_model, tmp_path / "models" / "xtts-v2")
    assert running.engine() is engine


def test_xtts_without_a_model_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="rhapsode model download"):
        container(tmp_path, engine="xtts").speaker()
