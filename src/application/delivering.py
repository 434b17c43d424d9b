"""Delivering: speech as the bytes of a format, while it is made or once it is whole."""

import asyncio
import math
from collections import deque
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from application.speaking import Speaking
from application.stream import SpeechStream
from domain.audio import Pcm, Samples, join, silence
from domain.errors import SpeechCancelledError
from domain.formats import AudioFormat
from domain.ports import Encoder, SoundStudio
from domain.script import TimedMark, TimedWord
from domain.session import SessionState
from domain.speech import SpeechRequest


@dataclass(frozen=True, slots=True)
class Delivered:
    """A whole speech, what was measured of it and what lies in it when."""

    session_id: str
    to: AudioFormat
    data: bytes
    text: str
    """What was spoken, as it was: the words are its words."""
    seconds: float
    lufs: float | None
    peak_dbtp: float
    alignment: str
    """Where the times of words come from, as the engine's card tells."""
    words: tuple[TimedWord, ...]
    marks: tuple[TimedMark, ...]
    warnings: tuple[str, ...]
    remembered: bool
    """Whether no engine was needed: all of it had been spoken before and kept."""


class Delivery:
    """A stream on its way through its encoder; enter it to hold both, whatever happens."""

    def __init__(self, stream: SpeechStream, encoder: Encoder, held: AsyncExitStack) -> None:
        self.stream = stream
        self.seconds = 0.0
        """How much was made so far; the encoder may still hold some of it."""
        self._words: deque[TimedWord] = deque()
        self._encoder = encoder
        self._held = held

    async def __aenter__(self) -> Self:
        """Hold the stream and the encoder."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def encode(self) -> None:
        """Lead the sound into the encoder, to its end; another task reads."""
        async for sound in self.stream:
            self._words += sound.words
            self.seconds += sound.pcm.seconds
            await self._encoder.write(sound.pcm.samples)
            # a line that is made at once must not be encoded whole before its beginning is sent
            await asyncio.sleep(0)
        await self._encoder.end()

    async def read(self) -> bytes:
        """Return the next bytes; none at the end."""
        return await self._encoder.read()

    def words(self, until_s: float = math.inf) -> tuple[TimedWord, ...]:
        """Take the words known by now that begin before this; each is given once, in order."""
        taken = []
        while self._words and self._words[0].start_s < until_s:
            taken.append(self._words.popleft())
        return tuple(taken)

    async def aclose(self) -> None:
        """Let go of the engine and of the encoder."""
        await self._held.aclose()


class Delivering:
    """Begins deliveries."""

    def __init__(self, speaking: Speaking, studio: SoundStudio) -> None:
        self._speaking = speaking
        self._studio = studio

    async def begin(self, request: SpeechRequest) -> Delivery:
        """Return a stream whose first sound is there; its encoder began once it was admitted."""
        async with AsyncExitStack() as held:
            encoders: list[Encoder] = []

            async def encoding() -> None:
                entering = self._studio.encoder(request.finish.to, clean=request.finish.denoise)
                encoders.append(await held.enter_async_context(entering))

            stream = await self._speaking.begin(request, meanwhile=encoding)
            held.push_async_callback(stream.aclose)
            return Delivery(stream, encoders[0], held.pop_all())

    async def whole(self, request: SpeechRequest) -> Delivered:
        """Speak to the end, bring the whole to its loudness, and encode it."""
        finish = request.finish
        words: list[TimedWord] = []
        parts: list[Samples] = []
        async with aclosing(await self._speaking.begin(request)) as stream:
            async for sound in stream:
                parts.append(sound.pcm.samples)
                words += sound.words
        if stream.session.state is SessionState.CANCELLED:
            raise SpeechCancelledError(stream.session.id)
        pcm = Pcm(join(silence(0, stream.rate_hz), *parts), stream.rate_hz)
        parts.clear()
        if finish.denoise:
            pcm = await self._studio.clean(pcm)
        mastered = await self._studio.master(pcm, stream.target)
        data = await self._encoded(mastered.pcm, finish.to)
        stream.session.lufs = mastered.lufs
        return Delivered(
            session_id=stream.session.id,
            to=finish.to,
            data=data,
            text=stream.text,
            seconds=mastered.pcm.seconds,
            lufs=mastered.lufs,
            peak_dbtp=mastered.peak_dbtp,
            alignment=stream.alignment,
            words=tuple(words),
            marks=stream.session.marks,
            warnings=stream.warnings,
            remembered=stream.session.remembered,
        )

    async def _encoded(self, pcm: Pcm, to: AudioFormat) -> bytes:
        data = bytearray()
        async with self._studio.encoder(to, whole=True) as encoder:
            await encoder.write(pcm.samples)
            await encoder.end()
            while some := await encoder.read():
                data += some
        return bytes(data)
