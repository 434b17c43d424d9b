import asyncio
import os
import sys
import tempfile
from pathlib import Path

import espeakng_loader
import pytest

from adapters.espeak import process
from adapters.espeak.engine import EspeakEngine
from domain.errors import EngineFailedError
from tests.unit.adapters.espeak.conftest import Booth, folders, is_gone, until


@pytest.fixture
def tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", os.fspath(tmp_path))
    return tmp_path


async def test_a_closed_engine_leaves_no_process_and_no_folder(tmp: Path) -> None:
    async with EspeakEngine() as engine:
        child = Booth(engine).pid
        assert not is_gone(child)
        assert len(folders(tmp)) == 1
    assert is_gone(child)
    assert folders(tmp) == []


async def test_a_path_too_long_for_espeak_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("x" * 150)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", os.fspath(deep))
    with pytest.raises(EngineFailedError, match="set TMPDIR to a shorter path"):
        await EspeakEngine().__aenter__()
    assert list(deep.iterdir()) == []


async def test_a_missing_library_is_named_at_the_door(tmp: Path) -> None:
    with pytest.raises(EngineFailedError, match=r"espeak-ng cannot be loaded .*nowhere\.so"):
        await EspeakEngine(library=tmp / "nowhere.so").__aenter__()
    assert folders(tmp) == []


async def test_a_file_that_is_no_library_is_named_at_the_door(tmp: Path) -> None:
    broken = tmp / "broken.so"
    broken.write_bytes(b"not a library")
    with pytest.raises(EngineFailedError, match="reinstall espeakng-loader"):
        await EspeakEngine(library=broken).__aenter__()


async def test_missing_data_are_named_at_the_door(
    tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: tmp / "nowhere")
    with pytest.raises(EngineFailedError, match=r"cannot be read .*nowhere"):
        await EspeakEngine().__aenter__()


async def test_a_child_that_ends_as_it_starts_stops_the_start(
    tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_COMMAND", ("-c", "pass"))
    with pytest.raises(EngineFailedError, match="ended as it started"):
        await EspeakEngine().__aenter__()
    assert folders(tmp) == []


async def test_a_child_that_cannot_be_started_says_why(
    tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", os.fspath(tmp / "python"))
    with pytest.raises(EngineFailedError, match=r"cannot start its process .*python"):
        await EspeakEngine().__aenter__()
    assert folders(tmp) == []


async def test_a_start_that_is_given_up_leaves_nothing(
    tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_COMMAND", ("-c", "import time; time.sleep(60)"))
    opened = asyncio.create_task(EspeakEngine().__aenter__())
    await until(lambda: folders(tmp))
    opened.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opened
    await until(lambda: not folders(tmp))
