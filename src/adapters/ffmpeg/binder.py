"""A long sound encoded straight into a file, with its title and chapters; none of it is held."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import ffmpeg
from typing_extensions import override

from adapters.ffmpeg.line import Line
from adapters.ffmpeg.streaming import raw
from domain.audio import Samples
from domain.job import Binding
from domain.ports.jobs import Book, Bookbinder

_PATIENCE_S = 600.0
"""What comes last, moving an index of hours to the front, is done without a sign of life."""
_MAKERS: Mapping[Binding, Mapping[str, str]] = {
    Binding.M4B: {
        "acodec": "aac",
        "audio_bitrate": "64k",
        "format": "ipod",
        "brand": "M4B ",
        "movflags": "+faststart",
    },
    Binding.MP3: {"acodec": "libmp3lame", "audio_bitrate": "64k", "format": "mp3"},
    Binding.OPUS: {
        "acodec": "libopus",
        "audio_bitrate": "48k",
        "format": "ogg",
        "application": "voip",
    },
    Binding.FLAC: {"acodec": "flac", "format": "flac"},
    Binding.WAV: {"acodec": "pcm_s16le", "format": "wav", "rf64": "auto"},
}
_SPECIAL = str.maketrans({each: f"\\{each}" for each in "=;#\\\n"})


class FfmpegBinder(Bookbinder):
    """One program for each file that is bound."""

    def __init__(self, program: Callable[[], str], *, patience_s: float = _PATIENCE_S) -> None:
        self._program = program
        self._patience_s = patience_s

    @override
    async def bind(self, book: Book, sound: AsyncIterator[Samples], place: Path) -> None:
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix="about-") as about:
            await asyncio.to_thread(Path(about.name).write_text, metadata(book), "utf-8")
            command = _command(self._program(), book, about.name, place)
            line = await Line.open(command, b"", self._patience_s)
            try:
                async for samples in sound:
                    await line.write(raw(samples))
                line.end()
                while await line.read():
                    pass
            finally:
                await line.aclose()


def metadata(book: Book) -> str:
    """Return title, tags and chapters as ffmpeg reads them."""
    told = [";FFMETADATA1", _tag("title", book.title)]
    told += [_tag(name, value) for name, value in book.tags.items()]
    starts = [round((chapter.start_s or 0.0) * 1000) for chapter in book.chapters]
    ends = [*starts[1:], round(book.seconds * 1000)]
    for chapter, start, end in zip(book.chapters, starts, ends, strict=False):
        told += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={max(start, end)}"]
        told.append(_tag("title", chapter.title))
    return "\n".join([*told, ""])


def _tag(name: str, value: str) -> str:
    return f"{name}={value.replace(chr(0), '').translate(_SPECIAL)}"


def _command(program: str, book: Book, about: str, place: Path) -> list[str]:
    source = ffmpeg.input("pipe:0", format="f32le", ar=book.rate_hz, ac=1, threads=1)
    told = ffmpeg.input(about, format="ffmetadata")
    sink = ffmpeg.output(
        source["a:0"],
        f"file:{place}",
        map_metadata=1,
        map_chapters=1,
        threads=1,
        filter_threads=1,
        **_MAKERS[book.to],
    )
    del told
    alone = [program, "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    command: list[str] = ffmpeg.compile(sink, cmd=alone)
    return command
