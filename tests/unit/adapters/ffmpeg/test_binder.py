"""Files bound by ffmpeg: chapters, titles, length, and what is not held in memory."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from adapters.ffmpeg.binder import FfmpegBinder, metadata
from domain.audio import Samples
from domain.errors import StudioBusyError
from domain.job import Binding, Chapter
from domain.ports.jobs import Book
from tests.sounds import tone

RATE = 24_000
TITLE = 'A „book“ = 1; #2 \\ "x"\nEND'
CHAPTERS = (Chapter("One = [CHAPTER]", 0, 0.0), Chapter("Zwöi; #", 3, 2.5))


def book(to: Binding) -> Book:
    return Book(to, TITLE, RATE, 6.0, CHAPTERS, {"comment": "Synthetic"})


async def sound(seconds: int = 6) -> AsyncIterator[Samples]:
    for _ in range(seconds):
        yield tone(440, 1, RATE, 0.5)


def ffmpeg(*arguments: str) -> bytes:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-nostdin", "-hide_banner", "-loglevel", "error", *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=30).stdout


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def told(path: Path) -> str:
    return ffmpeg("-i", str(path), "-f", "ffmetadata", "-").decode()


@pytest.mark.parametrize("to", Binding)
async def test_every_kind_of_file_has_the_whole_sound(to: Binding, tmp_path: Path) -> None:
    await FfmpegBinder().bind(book(to), sound(), tmp_path / "book")
    heard = ffmpeg(
        "-i", str(tmp_path / "book"), *("-f", "f32le", "-ar", str(RATE), "-ac", "1"), "-"
    )
    samples = np.frombuffer(heard, np.float32)
    assert len(samples) / RATE == pytest.approx(6.0, abs=0.06)
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(
        0.5 / np.sqrt(2), rel=0.06
    )  # LAME itself takes 5 %
    assert names(tmp_path) == ["book"]


@pytest.mark.parametrize("to", [Binding.M4B, Binding.MP3, Binding.OPUS, Binding.FLAC])
async def test_chapters_are_read_back_with_their_titles(to: Binding, tmp_path: Path) -> None:
    await FfmpegBinder().bind(book(to), sound(), tmp_path / "book")
    found = told(tmp_path / "book")
    assert found.count("\n[CHAPTER]\nTIMEBASE=") == 2
    assert "title=One \\= [CHAPTER]\n" in found
    assert "title=Zwöi\\; \\#\n" in found
    # in milliseconds, also less what the decoder leaves out, or in samples
    begins = {"START=2500\n", "START=2454\n", "START=60000\n"}
    assert any(each in found for each in begins)
    written = (tmp_path / "book").read_bytes()
    assert any("A „book“".encode(coding) in written for coding in ("utf-8", "utf-16-le"))


async def test_an_audiobook_says_that_it_is_one(tmp_path: Path) -> None:
    await FfmpegBinder().bind(book(Binding.M4B), sound(), tmp_path / "book")
    assert (tmp_path / "book").read_bytes()[4:12] == b"ftypM4B "
    assert "comment=Synthetic\n" in told(tmp_path / "book")


async def test_a_program_that_fails_is_told_and_leaves_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    with pytest.raises(StudioBusyError):
        await FfmpegBinder().bind(book(Binding.MP3), sound(), tmp_path / "book")
    assert names(tmp_path) == ["book"]


def test_nothing_in_a_title_can_end_its_line() -> None:
    lines = metadata(book(Binding.MP3)).replace("\\\n", "").split("\n")
    assert lines.count("[CHAPTER]") == 2
    assert sum(line.startswith("title=") for line in lines) == 3
