"""Live speech: a text that comes in pieces as one sound, which flows while more text arrives."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Self

from application.finishing import Sound
from application.speaking import Speaking
from application.stream import SpeechStream
from domain.audio import Pcm, join, silence
from domain.lettering import Captioning
from domain.packets import Caption, Heard, captioned
from domain.pieces import USUAL_PAUSES, Pauses, pause_behind
from domain.ports import Clock
from domain.script import TimedMark, TimedWord
from domain.speech import SpeechRequest

_BEGUN_AHEAD = 2
_COMFORT_S = 0.5


@dataclass(frozen=True, slots=True)
class Flushed:
    """All that was said before a flush has been heard; `after` is what the flush was told."""

    after: object = None


@dataclass(frozen=True, slots=True)
class _Begun:
    asked: SpeechRequest
    stream: SpeechStream


class LiveSpeech:
    """Enter it, say pieces, and iterate `heard` in one task; leaving frees the engine.

    The piece that follows is begun while one is heard. Where pieces meet there is the pause of
    their punctuation, less the silence that the listener has had already. `done` is told of every
    piece that was handed out whole.
    """

    def __init__(
        self,
        speaking: Speaking,
        clock: Clock,
        pauses: Pauses = USUAL_PAUSES,
        done: Callable[[SpeechRequest], None] = lambda _: None,
    ) -> None:
        self._speaking = speaking
        self._clock = clock
        self._pauses = pauses
        self._done = done
        self._asked: asyncio.Queue[SpeechRequest | Flushed | None] = asyncio.Queue()
        self._begun: asyncio.Queue[_Begun | Flushed | Exception | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(_BEGUN_AHEAD)
        self._beginning: asyncio.Task[None] | None = None
        self._made_s = 0.0
        self._dry_at_s = 0.0
        self._said = ""

    def say(self, request: SpeechRequest) -> None:
        """Speak this next; the caller bounds how much waits."""
        self._asked.put_nowait(request)

    def flush(self, after: object = None) -> None:
        """Have `Flushed` come behind what was said so far."""
        self._asked.put_nowait(Flushed(after))

    def end(self) -> None:
        """Nothing more is said."""
        self._asked.put_nowait(None)

    async def __aenter__(self) -> Self:
        """Be ready to begin what is said."""
        self._beginning = asyncio.create_task(self._begin_each())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of every piece, heard or not."""
        if self._beginning is not None:
            self._beginning.cancel()
            await asyncio.wait({self._beginning})
        while not self._begun.empty():
            left = self._begun.get_nowait()
            if isinstance(left, _Begun):
                await left.stream.aclose()

    async def heard(self) -> AsyncGenerator[Heard | Flushed]:
        """Yield the sound in order; what prevents a piece is raised in its turn."""
        while (begun := await self._begun.get()) is not None:
            if isinstance(begun, Flushed):
                yield begun
            elif isinstance(begun, Exception):
                raise begun
            else:
                async with aclosing(begun.stream), aclosing(self._piece(begun)) as piece:
                    async for heard in piece:
                        yield heard
                self._room.release()
                self._done(begun.asked)

    async def _begin_each(self) -> None:
        """Begin pieces in order; the first that cannot be begun is the last."""
        while (asked := await self._asked.get()) is not None:
            if isinstance(asked, Flushed):
                self._begun.put_nowait(asked)
                continue
            await self._room.acquire()
            try:
                stream = await self._speaking.begin(asked, before_s=self._lead_s())
            except Exception as error:  # noqa: BLE001 - raised again to who waits for this piece
                self._begun.put_nowait(error)
                return
            self._begun.put_nowait(_Begun(asked, stream))
        self._begun.put_nowait(None)

    async def _piece(self, begun: _Begun) -> AsyncGenerator[Heard]:
        stream = begun.stream
        captioning = Captioning(begun.asked.text, f"{stream.text} ")
        pause_s = self._pause_s()
        zero_s = self._made_s + pause_s
        held: Sound | None = None
        async for sound in stream:
            held = sound if held is None else _joined(held, sound)
            if not sound.words and self._lead_s() > _COMFORT_S:
                # clients add up what is told: silence between words is told with a word
                continue
            yield self._heard(held, captioning, zero_s, pause_s)
            held, pause_s = None, 0.0
        if held is not None:
            yield self._heard(held, captioning, zero_s, pause_s)
        rest = captioning.end(self._made_s)
        if rest.sent.text or rest.spoken.text:
            nothing = Pcm(silence(0, stream.rate_hz), stream.rate_hz)
            yield Heard(nothing, self._made_s, (Caption(self._made_s, rest),))
        self._said = stream.text

    def _heard(self, sound: Sound, captioning: Captioning, zero_s: float, pause_s: float) -> Heard:
        """Place a sound behind all that came before it, with a pause in front."""
        rate_hz = sound.pcm.rate_hz
        pcm = Pcm(join(silence(pause_s, rate_hz), sound.pcm.samples), rate_hz)
        begins_s, now_s = self._made_s, self._clock.monotonic()
        self._made_s += pcm.seconds
        self._dry_at_s = max(self._dry_at_s, now_s) + pcm.seconds
        words = [
            TimedWord(word.text, zero_s + word.start_s, zero_s + word.end_s) for word in sound.words
        ]
        marks = tuple(TimedMark(mark.name, zero_s + mark.at_s) for mark in sound.marks)
        told = captioned(captioning, words, begins_s, self._made_s)
        return Heard(pcm, begins_s, tuple(told), marks)

    def _pause_s(self) -> float:
        """Return the pause before a piece; silence that was heard already is part of it."""
        dry_for_s = max(0.0, self._clock.monotonic() - self._dry_at_s)
        return max(0.0, pause_behind(self._said, self._pauses) - dry_for_s)

    def _lead_s(self) -> float:
        """Return the sound that is there to be heard before a piece that is begun now."""
        return max(0.0, self._dry_at_s - self._clock.monotonic())


def _joined(one: Sound, other: Sound) -> Sound:
    pcm = Pcm(join(one.pcm.samples, other.pcm.samples), one.pcm.rate_hz)
    return Sound(pcm, (*one.words, *other.words), (*one.marks, *other.marks), one.passage)
