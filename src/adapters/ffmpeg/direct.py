"""Encoders that are a little arithmetic and need no program: PCM, WAV and the telephone's two."""

import asyncio
from collections.abc import Callable, Mapping

from typing_extensions import override

from domain import wav
from domain.audio import Samples, to_int16
from domain.companding import a_law, mu_law
from domain.formats import AudioFormat, Codec
from domain.ports import Encoder

_UNREAD_BYTES = 64 * 1024

_LAWS: Mapping[Codec, Callable[[Samples], bytes]] = {
    Codec.PCM: to_int16,
    Codec.WAV: to_int16,
    Codec.ULAW: mu_law,
    Codec.ALAW: a_law,
}


class DirectEncoder(Encoder):
    """A stream of samples as they are; a writer far ahead of the reader waits."""

    def __init__(self, to: AudioFormat) -> None:
        self._law = _LAWS[to.codec]
        self._unread = bytearray(wav.stream_header(to.rate_hz) if to.codec is Codec.WAV else b"")
        # a header alone is nothing to listen to: it goes out with the first sample
        self._begun = False
        self._ended = False
        self._changed = asyncio.Condition()

    @override
    async def write(self, samples: Samples) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._unread) < _UNREAD_BYTES)
            self._unread += self._law(samples)
            self._begun = self._begun or len(samples) > 0
            self._changed.notify_all()

    @override
    async def end(self) -> None:
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    @override
    async def read(self) -> bytes:
        async with self._changed:
            await self._changed.wait_for(lambda: self._ended or (self._begun and self._unread))
            data, self._unread = bytes(self._unread), bytearray()
            self._changed.notify_all()
            return data


class WholeDirectEncoder(Encoder):
    """A whole sound as it is, behind a header that tells its true length."""

    def __init__(self, to: AudioFormat, *, marked: bool) -> None:
        self._to = to
        self._marked = marked
        self._parts: list[bytes] = []
        self._ended = asyncio.Event()

    @override
    async def write(self, samples: Samples) -> None:
        self._parts.append(await asyncio.to_thread(_LAWS[self._to.codec], samples))

    @override
    async def end(self) -> None:
        self._ended.set()

    @override
    async def read(self) -> bytes:
        await self._ended.wait()
        parts, self._parts = self._parts, []
        data = b"".join(parts)
        if self._to.codec is Codec.WAV and parts:
            return wav.whole_file(self._to.rate_hz, data, marked=self._marked)
        return data
