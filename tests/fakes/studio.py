"""A studio whose uploads are float32 samples, and whose every format is PCM, AAC in frames."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import numpy as np
from typing_extensions import override

from domain.audio import Pcm, Samples, to_int16
from domain.errors import ClipRefusedError, StudioBusyError
from domain.formats import AudioFormat, Codec
from domain.loudness import Mastered, Target
from domain.ports import Encoder, SoundStudio
from domain.voice import Clip

RATE_HZ = 8000
SHORTEST_S = 0.4
LONGEST_FRAME = 4_096


def upload(seconds: float, level: float = 0.5) -> bytes:
    samples = np.full(round(seconds * RATE_HZ), level, dtype=np.float32)
    return samples.tobytes()


class FakeEncoder(Encoder):
    """Passes 16-bit samples on; a stream holds `room` writes, a whole sound all of them."""

    def __init__(self, *, whole: bool, framed: bool = False, room: int = 4) -> None:
        self._whole = whole
        self._framed = framed
        self._room = room
        self._unread: list[bytes] = []
        self._ended = False
        self._changed = asyncio.Condition()
        self.broken = False
        """Set it, and it breaks off as a program that was killed does."""

    @override
    async def write(self, samples: Samples) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._whole or len(self._unread) < self._room)
            self._check()
            if len(samples):
                data = to_int16(samples)
                self._unread += adts(data) if self._framed else [data]
            self._changed.notify_all()

    @override
    async def end(self) -> None:
        async with self._changed:
            self._ended = True
            self._changed.notify_all()

    @override
    async def read(self) -> bytes:
        async with self._changed:
            await self._changed.wait_for(self._readable)
            self._check()
            data, self._unread = b"".join(self._unread), []
            self._changed.notify_all()
            return data

    async def break_off(self) -> None:
        """Fail whoever waits, and whoever comes."""
        async with self._changed:
            self.broken = self._ended = True
            self._unread.clear()
            self._changed.notify_all()

    def _readable(self) -> bool:
        return self._ended or (bool(self._unread) and not self._whole)

    def _check(self) -> None:
        if self.broken:
            raise StudioBusyError("The encoder broke off.")


class FakeStudio(SoundStudio):
    """Masters by the mean square, as if every sound were a steady tone; cleaned is half as loud."""

    def __init__(self) -> None:
        self.broken: Exception | None = None
        self.encoders: list[FakeEncoder] = []
        """Those in use; a stream that is left takes its own away."""
        self.started = 0
        self.starting = asyncio.Event()

    @override
    async def read_clip(self, upload: bytes) -> Pcm:
        if len(upload) % 4:
            msg = "This is no recording."
            raise ClipRefusedError(msg)
        return Pcm(np.frombuffer(upload, dtype=np.float32), RATE_HZ)

    @override
    async def pack(self, pcm: Pcm) -> Clip:
        if self.broken is not None:
            raise self.broken
        return Clip(pcm.samples.tobytes(), pcm.seconds, pcm.rate_hz)

    @override
    async def clean(self, pcm: Pcm) -> Pcm:
        return Pcm(pcm.samples * np.float32(0.5), pcm.rate_hz)

    @override
    async def master(self, pcm: Pcm, target: Target) -> Mastered:
        lufs, gain = level_lufs(pcm), 1.0
        if target.lufs is not None and lufs is not None:
            gain = 10 ** ((target.lufs - lufs) / 20)
        ceiling = 10 ** (target.ceiling_dbtp / 20)
        louder = np.clip(pcm.samples * np.float32(gain), -ceiling, ceiling)
        made = Pcm(louder.astype(np.float32), pcm.rate_hz)
        peak = float(np.max(np.abs(made.samples), initial=1e-6))
        return Mastered(made, level_lufs(made), float(20 * np.log10(peak)))

    @override
    def encoder(
        self, to: AudioFormat, *, whole: bool = False, clean: bool = False
    ) -> AbstractAsyncContextManager[Encoder]:
        return self._encoder(whole=whole, framed=to.codec is Codec.AAC)

    @asynccontextmanager
    async def _encoder(self, *, whole: bool, framed: bool) -> AsyncIterator[Encoder]:
        encoder = FakeEncoder(whole=whole, framed=framed)
        self.encoders.append(encoder)
        self.started += 1
        self.starting.set()
        try:
            yield encoder
        finally:
            self.encoders.remove(encoder)
            await encoder.break_off()


def adts(data: bytes) -> Iterator[bytes]:
    """Yield frames that hold data; their headers tell how long each is, and no more."""
    for at in range(0, len(data), LONGEST_FRAME):
        part = data[at : at + LONGEST_FRAME]
        length = len(part) + 7
        head = (0xFF, 0xF1, 0x58, 0x40 | length >> 11, length >> 3 & 0xFF, length << 5 & 0xE0, 0)
        yield bytes(head) + part


def level_lufs(pcm: Pcm) -> float | None:
    """Measure as the meter hears a tone of 1 kHz; None under 400 ms."""
    if pcm.seconds < SHORTEST_S:
        return None
    power = float(np.mean(np.square(pcm.samples, dtype=np.float64)))
    return 10 * float(np.log10(power)) if power > 1e-7 else None  # the meter's gate
