"""A long sound encoded straight into a file, with its title and chapters; none of it is held."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import ffmpeg
from typing_extensions import override

from adapters.ffmpeg import program
from adapters.ffmpeg.coding import LAME_MAKE_UP
from adapters.ffmpeg.line import Line
from adapters.ffmpeg.streaming import raw
from domain.audio import Samples
from domain.errors import StoreFullError, StudioBusyError
from domain.job import Binding, Chapter
from domain.ports.jobs import Book, Bookbinder

_LEAST_FREE = 2**20
_PATIENCE_S = 600.0
"""What comes last, moving an index of hours to the front, is done without a sign of life."""
_MAKERS: Mapping[Binding, Mapping[str, str]] = {
    Binding.M4B: {
        "acodec": "aac",
        # three times quicker on a book, and a voice at this rate is no worse for it
        "aac_coder": "fast",
        "audio_bitrate": "64k",
        "format": "ipod",
        "brand": "M4B ",
        "movflags": "+faststart",
    },
    Binding.MP3: {
        "acodec": "libmp3lame",
        "audio_bitrate": "64k",
        "format": "mp3",
        "af": LAME_MAKE_UP,
    },
    Binding.OPUS: {
        "acodec": "libopus",
        "audio_bitrate": "48k",
        "format": "ogg",
        "application": "voip",
        # an Ogg file has no tags of its own: they belong to its stream
        "map_metadata:s:a": "1:g",
        "map_chapters": "-1",
    },
    Binding.FLAC: {"acodec": "flac", "format": "flac", "map_chapters": "-1"},
    Binding.WAV: {"acodec": "pcm_s16le", "format": "wav", "rf64": "auto"},
}
_BY_COMMENTS = frozenset({Binding.OPUS, Binding.FLAC})
"""Where chapters are comments, written here: ffmpeg's own round 2.5 s up to 3.5."""
_MOST_COMMENTS = 1000
_SPECIAL = str.maketrans({each: f"\\{each}" for each in "=;#\\\n"})


class FfmpegBinder(Bookbinder):
    """One program for each file that is bound."""

    def __init__(self, named: str | Path | None = None, *, patience_s: float = _PATIENCE_S) -> None:
        self._named = named
        self._patience_s = patience_s

    @override
    async def bind(self, book: Book, sound: AsyncIterator[Samples], place: Path) -> None:
        found = await asyncio.to_thread(program.find, self._named)
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix="about-") as about:
            await asyncio.to_thread(Path(about.name).write_text, metadata(book), "utf-8")
            line = await Line.open(_command(found, book, about.name, place), b"", self._patience_s)
            try:
                await _encoded(line, sound)
            except StudioBusyError as error:
                if shutil.disk_usage(place.parent).free < _LEAST_FREE:
                    raise StoreFullError from error
                raise
            finally:
                await line.aclose()


async def _encoded(line: Line, sound: AsyncIterator[Samples]) -> None:
    """Give the program all of it, and see it end well."""
    async for samples in sound:
        await line.write(raw(samples))
    line.end()
    while await line.read():
        pass


def metadata(book: Book) -> str:
    """Return title, tags and chapters as ffmpeg reads them."""
    told = [";FFMETADATA1", _tag("title", book.title)]
    told += [_tag(name, value) for name, value in book.tags.items()]
    written = _comments if book.to in _BY_COMMENTS else _chapters
    return "\n".join([*told, *written(book), ""])


def _chapters(book: Book) -> Iterator[str]:
    starts = [_start_ms(chapter) for chapter in book.chapters]
    ends = [*starts[1:], round(book.seconds * 1000)]
    for chapter, start, end in zip(book.chapters, starts, ends, strict=False):
        yield f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={max(start, end)}"
        yield _tag("title", chapter.title)


def _comments(book: Book) -> Iterator[str]:
    for number, chapter in enumerate(book.chapters[:_MOST_COMMENTS]):
        minutes, ms = divmod(_start_ms(chapter), 60_000)
        clock = f"{minutes // 60:02d}:{minutes % 60:02d}:{ms // 1000:02d}.{ms % 1000:03d}"
        yield _tag(f"CHAPTER{number:03d}", clock)
        yield _tag(f"CHAPTER{number:03d}NAME", chapter.title)


def _start_ms(chapter: Chapter) -> int:
    return round((chapter.start_s or 0.0) * 1000)


def _tag(name: str, value: str) -> str:
    return f"{name}={value.replace(chr(0), '').translate(_SPECIAL)}"


def _command(found: str, book: Book, about: str, place: Path) -> list[str]:
    source = ffmpeg.input("pipe:0", format="f32le", ar=book.rate_hz, ac=1, threads=1)
    sink = ffmpeg.output(
        source["a:0"],
        f"file:{place}",
        threads=1,
        filter_threads=1,
        **{"map_metadata": "1", "map_chapters": "1", **_MAKERS[book.to]},
    )
    alone = [found, "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    command: list[str] = ffmpeg.compile(sink, cmd=alone)
    # an input without a stream of its own has no place in ffmpeg-python's graph
    behind = command.index("pipe:0") + 1
    return [*command[:behind], "-f", "ffmetadata", "-i", f"file:{about}", *command[behind:]]
