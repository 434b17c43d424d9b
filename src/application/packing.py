"""Packing: live speech as packets of a format, each with the characters that are heard in it."""

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from application.ahead import Rest, with_rests
from application.closing import stopped, to_the_end
from application.live import Flushed, LiveSpeech
from domain.audio import Pcm, join
from domain.errors import SpeechError
from domain.formats import AudioFormat
from domain.framing import Frame, Framer
from domain.lettering import Captions
from domain.packets import Caption, Heard, cuts
from domain.ports import Encoder, SoundStudio
from domain.script import TimedMark

Timed = TypeVar("Timed", Caption, TimedMark)


_RESTS_AFTER_S = 2.0


@dataclass(frozen=True, slots=True)
class Packet:
    """Encoded sound, how much of it there is, when it begins, and what is heard in it."""

    data: bytes
    seconds: float
    begins_s: float
    captions: Captions | None = None
    marks: tuple[TimedMark, ...] = ()


@dataclass(slots=True)
class _Track:
    """What one encoder was given so far, while another task reads what it made."""

    at_s: float
    """When what it makes next begins: its lead is before the first sound it was given."""
    captions: deque[Caption] = field(default_factory=deque)
    marks: deque[TimedMark] = field(default_factory=deque)
    ended: Flushed | Rest | None = None

    def packet(self, frames: Sequence[Frame], *, last: bool = False) -> Packet:
        """Return frames, and what is heard in them; with the last of them all that is left."""
        begins_s, seconds = self.at_s, sum(frame.seconds for frame in frames)
        self.at_s += seconds
        until_s = math.inf if last else self.at_s
        told = [each.captions for each in _taken(self.captions, until_s)]
        return Packet(
            b"".join(frame.data for frame in frames),
            seconds,
            begins_s,
            told[0].followed_by(*told[1:]) if told else None,
            tuple(_taken(self.marks, until_s)),
        )


class Packing:
    """Packs the sound of one live speech into packets of at most `longest_s`.

    `sounds` tells how many chunks of the engine go into the first packets, the last number for
    all that follow: a packet is never longer for it, but it waits until they are there.
    """

    def __init__(
        self,
        studio: SoundStudio,
        to: AudioFormat,
        longest_s: float,
        sounds: Sequence[int] = (1,),
    ) -> None:
        self._studio = studio
        self._to = to
        self._longest_s = longest_s
        self._sounds = tuple(sounds) or (1,)

    async def packets(self, live: LiveSpeech) -> AsyncGenerator[Packet | Flushed]:
        """Yield packets, and `Flushed` where all before it was yielded."""
        async with aclosing(self._gathered(live)) as heard:
            if self._to.needs_encoder:
                packed = self._by_program(heard)
            else:
                packed = self._by_arithmetic(heard)
            async with aclosing(packed) as packets:
                async for packet in packets:
                    yield packet

    async def _gathered(self, live: LiveSpeech) -> AsyncGenerator[Heard | Flushed]:
        """Join as many sounds as were asked for; a flush lets what is there go."""
        waiting: list[Heard] = []
        count = 0
        try:
            async with aclosing(live.heard()) as every:
                async for heard in every:
                    flushed = isinstance(heard, Flushed)
                    if isinstance(heard, Heard):
                        waiting.append(heard)
                    if waiting and (flushed or len(waiting) >= self._wanted(count)):
                        gathered, waiting = _joined(waiting), []
                        count += 1
                        yield gathered
                    if flushed:
                        yield heard
        except SpeechError:
            # what was made is heard before the failure is told
            if waiting:
                yield _joined(waiting)
            raise
        if waiting:
            yield _joined(waiting)

    def _wanted(self, packet: int) -> int:
        """Return how many sounds go into a packet."""
        return self._sounds[min(packet, len(self._sounds) - 1)]

    async def _by_arithmetic(
        self, every: AsyncGenerator[Heard | Flushed]
    ) -> AsyncGenerator[Packet | Flushed]:
        async with self._studio.encoder(self._to) as encoder:
            async for heard in every:
                if isinstance(heard, Flushed):
                    yield heard
                    continue
                # as a whole: packet by packet it would take four times as long
                await encoder.write(heard.pcm.samples)
                data = await encoder.read() if len(heard.pcm.samples) else b""
                for packet in self._cut_up(data, heard):
                    yield packet

    def _cut_up(self, data: bytes, heard: Heard) -> Iterator[Packet]:
        """Cut what arithmetic made of a sound; a header goes out with the first packet."""
        width = int((self._to.bytes_a_second or 0.0) / self._to.rate_hz)
        begin, left = 0, len(heard.pcm.samples)
        for cut in cuts(heard, self._longest_s):
            left -= len(cut.samples)
            end = len(data) - left * width
            seconds = len(cut.samples) / heard.pcm.rate_hz
            yield Packet(data[begin:end], seconds, cut.begins_s, cut.captions, cut.marks)
            begin = end

    async def _by_program(
        self, every: AsyncGenerator[Heard | Flushed]
    ) -> AsyncGenerator[Packet | Flushed]:
        """Give every flush an encoder of its own, for a program keeps the last of its sound.

        Where nothing comes for long there is none: programs are few, and who is silent needs none.
        """
        goes_on = False
        rested = with_rests(every, _RESTS_AFTER_S)
        async for heard in rested:
            if not isinstance(heard, Heard):
                if isinstance(heard, Flushed):
                    yield heard
                continue
            track = _Track(heard.begins_s - self._to.lead_s)
            framer, goes_on = Framer(self._to, goes_on=goes_on), True
            async with (
                self._studio.encoder(self._to) as encoder,
                _filling(encoder, track, heard, rested),
            ):
                async for packet in self._encoded(encoder, track, framer):
                    yield packet
            if isinstance(track.ended, Flushed):
                yield track.ended

    async def _encoded(
        self, encoder: Encoder, track: _Track, framer: Framer
    ) -> AsyncGenerator[Packet]:
        while data := await encoder.read():
            for group in self._grouped(framer.feed(data)):
                yield track.packet(group)
        last = track.packet(tuple(framer.end()), last=True)
        if last.data or last.captions or last.marks:
            yield last

    def _grouped(self, frames: Iterable[Frame]) -> Iterator[Sequence[Frame]]:
        """Put as many frames together as fit into a packet, and never less than one."""
        group: list[Frame] = []
        for frame in frames:
            if group and sum(each.seconds for each in group) + frame.seconds > self._longest_s:
                yield group
                group = []
            group.append(frame)
        if group:
            yield group


@asynccontextmanager
async def _filling(
    encoder: Encoder, track: _Track, first: Heard, every: AsyncGenerator[Heard | Flushed | Rest]
) -> AsyncGenerator[None]:
    """Lead sound into an encoder up to the next flush, while what it makes is read.

    No task group: it would cancel whoever reads, who need not be waiting for a packet just then.
    """

    async def fill() -> None:
        heard: Heard | Flushed | Rest | None = first
        try:
            while isinstance(heard, Heard):
                track.captions.extend(heard.captions)
                track.marks.extend(heard.marks)
                await encoder.write(heard.pcm.samples)
                heard = await anext(every, None)
            track.ended = heard
        finally:
            # what was made is heard before a failure is told
            await encoder.end()

    filling = asyncio.create_task(fill())
    try:
        yield
        await filling
    finally:
        await to_the_end(stopped(filling))


def _taken(waiting: deque[Timed], until_s: float) -> Iterator[Timed]:
    while waiting and waiting[0].at_s < until_s:
        yield waiting.popleft()


def _joined(every: Sequence[Heard]) -> Heard:
    if len(every) == 1:
        return every[0]
    rate_hz = every[0].pcm.rate_hz
    samples = join(*(heard.pcm.samples for heard in every))
    captions = tuple(caption for heard in every for caption in heard.captions)
    marks = tuple(mark for heard in every for mark in heard.marks)
    return Heard(Pcm(samples, rate_hz), every[0].begins_s, captions, marks)
