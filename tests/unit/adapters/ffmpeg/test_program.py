from pathlib import Path

import imageio_ffmpeg
import pytest

from adapters.ffmpeg import program
from adapters.ffmpeg.studio import FfmpegStudio
from domain.audio import Pcm
from domain.errors import StudioBusyError
from tests.unit.adapters.ffmpeg.processes import script
from tests.unit.adapters.ffmpeg.recordings import FFMPEG, tone


def test_the_bundled_one_is_found() -> None:
    assert program.find(None) == FFMPEG


def test_the_named_one_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = script(tmp_path, "exit 0")
    assert program.find(own) == str(own)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program.find("ffmpeg") == str(own)


async def test_a_missing_one_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(StudioBusyError, match=r"^RHAPSODE_FFMPEG names .*/nowhere'"):
        async with FfmpegStudio(tmp_path / "nowhere"):
            pass


def test_one_that_cannot_be_run_is_missing_too(tmp_path: Path) -> None:
    own = script(tmp_path, "exit 0")
    own.chmod(0o644)
    for name in (own, tmp_path, ""):
        with pytest.raises(StudioBusyError, match="not a program that can be run"):
            program.find(name)


def test_no_bundled_one_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing() -> str:
        raise RuntimeError

    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", nothing)
    with pytest.raises(StudioBusyError, match="set RHAPSODE_FFMPEG"):
        program.find(None)


async def test_a_closed_studio_says_so() -> None:
    studio = FfmpegStudio()
    with pytest.raises(StudioBusyError, match="closed"):
        await studio.read_clip(b"anything")
    async with studio:
        await studio.pack(tone(0.1, 8_000))
    with pytest.raises(StudioBusyError, match="closed"):
        await studio.pack(Pcm(tone(0.1, 8_000).samples, 8_000))
