"""Encoders that a program works for: one answers while it is given, one makes whole files."""

import asyncio
from collections.abc import Sequence

import numpy as np
from typing_extensions import override

from adapters.ffmpeg.line import Line
from adapters.ffmpeg.process import Bounds, ProgramGaveUpError, run
from domain import wav
from domain.audio import Samples
from domain.errors import StudioBusyError
from domain.formats import AudioFormat, Codec
from domain.ports import Encoder

_HEADER_ROOM = 64 * 1024
_SLOWEST_TIMES_REAL = 10


def raw(samples: Samples) -> memoryview:
    """Return the bytes of the samples, without a copy where they lie in order."""
    return np.ascontiguousarray(samples, dtype="<f4").view(np.uint8).data


class StreamEncoder(Encoder):
    """A stream through a program that is given up when the stream is."""

    def __init__(self, to: AudioFormat, line: Line) -> None:
        self._line = line
        self._opening = wav.stream_header(to.rate_hz) if to.codec is Codec.WAV else b""

    @override
    async def write(self, samples: Samples) -> None:
        await self._line.write(raw(samples))

    @override
    async def end(self) -> None:
        self._line.end()

    @override
    async def read(self) -> bytes:
        opening, self._opening = self._opening, b""
        return opening + await self._line.read()


class WholeEncoder(Encoder):
    """A sound encoded once it is whole, so that headers tell its length."""

    def __init__(
        self, to: AudioFormat, command: Sequence[str], timeout_s: float, *, marked: bool
    ) -> None:
        self._to = to
        self._command = command
        self._timeout_s = timeout_s
        self._marked = marked
        self._parts: list[Samples] = []
        self._ended = asyncio.Event()

    @override
    async def write(self, samples: Samples) -> None:
        self._parts.append(samples)

    @override
    async def end(self) -> None:
        self._ended.set()

    @override
    async def read(self) -> bytes:
        await self._ended.wait()
        parts, self._parts = self._parts, []
        if not parts:
            return b""
        given = raw(parts[0] if len(parts) == 1 else np.concatenate(parts))
        seconds = len(given) / given.itemsize / self._to.rate_hz / np.dtype("<f4").itemsize
        bounds = Bounds(
            self._timeout_s + seconds / _SLOWEST_TIMES_REAL, 2 * len(given) + _HEADER_ROOM
        )
        try:
            made = bytes(await run(self._command, given, bounds))
        except ProgramGaveUpError as e:
            raise StudioBusyError("ffmpeg could not encode this; check RHAPSODE_FFMPEG.") from e
        if self._to.codec is Codec.WAV:
            return wav.whole_file(self._to.rate_hz, made, marked=self._marked)
        return made
