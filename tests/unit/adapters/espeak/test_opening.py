"""Opening the library needs it closed before: no test here may ask for an open one."""

import os
import tempfile
from pathlib import Path

import pytest

from adapters.espeak import library
from adapters.espeak.engine import EspeakEngine
from domain.errors import EngineFailedError


def test_the_folder_goes_with_the_last_user() -> None:
    first, second = library.acquire(), library.acquire()
    assert first is second
    folder = first.phonemes_file.parent
    library.release()
    assert folder.exists()
    library.release()
    assert not folder.exists()


def test_a_path_too_long_for_espeak_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 150)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", os.fspath(deep))
    with pytest.raises(EngineFailedError, match="set TMPDIR to a shorter path"):
        library.acquire()
    assert list(deep.iterdir()) == []


async def test_a_missing_library_is_named_at_the_door(tmp_path: Path) -> None:
    with pytest.raises(EngineFailedError, match=r"espeak-ng cannot be loaded .*nowhere\.so"):
        await EspeakEngine(library=tmp_path / "nowhere.so").__aenter__()


async def test_a_file_that_is_no_library_is_named_at_the_door(tmp_path: Path) -> None:
    broken = tmp_path / "broken.so"
    broken.write_bytes(b"not a library")
    with pytest.raises(EngineFailedError, match="reinstall espeakng-loader"):
        await EspeakEngine(library=broken).__aenter__()
