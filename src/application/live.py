"""Live speech: a text that comes in pieces as one sound, which flows while more text arrives."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self

from application.closing import stopped, to_the_end
from application.finishing import Sound
from application.speaking import Speaking
from application.stream import SpeechStream
from domain.audio import Pcm, join, silence
from domain.errors import EngineBusyError, SessionExistsError, SpeechCancelledError
from domain.lettering import Captioning
from domain.packets import Caption, Heard, apart, begun_by, captioned
from domain.pieces import USUAL_PAUSES, Pauses, pause_behind
from domain.ports import Clock
from domain.script import TimedMark, TimedWord
from domain.speech import SpeechRequest

_MOST_BEGUN = 2
"""The piece that is heard, and the next."""
_COMFORT_S = 0.5
"""With so much left to be heard sound may wait for the word that it is told with."""


@dataclass(frozen=True, slots=True)
class Flushed:
    """All that was said before a flush has been heard; `after` is what the flush was told."""

    after: object = None


@dataclass(frozen=True, slots=True)
class _Begun:
    asked: SpeechRequest
    stream: SpeechStream


@dataclass(frozen=True, slots=True)
class _Stopped:
    """A piece that somebody stopped before it was heard: what follows is spoken all the same."""

    asked: SpeechRequest


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
        self._begun: asyncio.Queue[_Begun | Flushed | _Stopped | Exception | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(_MOST_BEGUN)
        self._latest: SpeechStream | None = None
        self._moved = asyncio.Event()
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
        await to_the_end(self._let_go())

    async def _let_go(self) -> None:
        if self._beginning is not None:
            await stopped(self._beginning)
        while not self._begun.empty():
            left = self._begun.get_nowait()
            if isinstance(left, _Begun):
                await left.stream.aclose()

    async def heard(self) -> AsyncGenerator[Heard | Flushed]:
        """Yield the sound in order; what prevents a piece is raised in its turn."""
        while (begun := await self._begun.get()) is not None:
            if isinstance(begun, Flushed):
                yield begun
            elif isinstance(begun, _Stopped):
                self._room.release()
                self._done(begun.asked)
            elif isinstance(begun, Exception):
                raise begun
            else:
                async with _let_go_of(begun.stream), aclosing(self._piece(begun)) as piece:
                    async for heard in piece:
                        yield heard
                self._moved.set()
                self._room.release()
                self._done(begun.asked)

    async def _begin_each(self) -> None:
        """Begin pieces in order; the first that cannot be begun is the last."""
        while (asked := await self._asked.get()) is not None:
            if isinstance(asked, Flushed):
                self._begun.put_nowait(asked)
                continue
            await self._room.acquire()
            await self._submitted()
            try:
                self._latest = stream = await self._stream(asked)
            except SpeechCancelledError:
                self._begun.put_nowait(_Stopped(asked))
                continue
            except Exception as error:  # noqa: BLE001 - it is raised where the sound is heard
                self._begun.put_nowait(error)
                return
            self._begun.put_nowait(_Begun(asked, stream))
        self._begun.put_nowait(None)

    async def _submitted(self) -> None:
        """Wait until the engine has all of the piece before.

        Otherwise one that is not heard yet could hold every seat that the other still needs.
        """
        while self._latest is not None and not self._latest.all_submitted:
            self._moved.clear()
            await self._moved.wait()

    async def _stream(self, asked: SpeechRequest) -> SpeechStream:
        """Begin a piece; one that is early and refused for lack of room is begun when it is due."""
        try:
            return await self._begin(asked)
        except EngineBusyError:
            if not self._room.locked():
                raise
        # the other place is free once all that comes before was heard
        await self._room.acquire()
        self._room.release()
        return await self._begin(asked)

    async def _begin(self, asked: SpeechRequest) -> SpeechStream:
        """Begin a piece; where its session's id is taken it is given another."""
        try:
            return await self._speaking.begin(asked, before_s=self._before_s())
        except SessionExistsError:
            unnamed = replace(asked, session_id=None)
            return await self._speaking.begin(unnamed, before_s=self._before_s())

    async def _piece(self, begun: _Begun) -> AsyncGenerator[Heard]:
        stream = begun.stream
        captioning = Captioning(_with_blank(begun.asked.text), _with_blank(stream.text))
        pause_s = self._pause_s()
        zero_s = self._made_s + pause_s
        coming: deque[TimedWord] = deque()
        held: list[Sound] = []
        async for sound in stream:
            self._moved.set()
            held.append(sound)
            coming.extend(apart(sound.words, zero_s))
            until_s = self._made_s + pause_s + sum(each.pcm.seconds for each in held)
            words = tuple(begun_by(until_s, coming))
            if not words and self._lead_s() > _COMFORT_S:
                # clients add up what is told: silence between words is told with a word
                continue
            yield self._heard(_joined(held), captioning, words, zero_s, pause_s)
            held, pause_s = [], 0.0
        if held:
            yield self._heard(_joined(held), captioning, tuple(coming), zero_s, pause_s)
        rest = captioning.end(self._made_s)
        if rest.sent.text or rest.spoken.text:
            nothing = Pcm(silence(0, stream.rate_hz), stream.rate_hz)
            yield Heard(nothing, self._made_s, (Caption(self._made_s, rest),))
        self._said = stream.text

    def _heard(
        self,
        sound: Sound,
        captioning: Captioning,
        words: Sequence[TimedWord],
        zero_s: float,
        pause_s: float,
    ) -> Heard:
        """Place a sound behind all that came before it, with a pause in front."""
        rate_hz = sound.pcm.rate_hz
        pcm = Pcm(join(silence(pause_s, rate_hz), sound.pcm.samples), rate_hz)
        begins_s, now_s = self._made_s, self._clock.monotonic()
        self._made_s += pcm.seconds
        self._dry_at_s = max(self._dry_at_s, now_s) + pcm.seconds
        marks = tuple(TimedMark(mark.name, zero_s + mark.at_s) for mark in sound.marks)
        told = captioned(captioning, words, begins_s, self._made_s)
        return Heard(pcm, begins_s, tuple(told), marks)

    def _pause_s(self) -> float:
        """Return the pause before a piece; silence that was heard already is part of it."""
        dry_for_s = max(0.0, self._clock.monotonic() - self._dry_at_s)
        return max(0.0, pause_behind(self._said, self._pauses) - dry_for_s)

    def _before_s(self) -> float:
        """Return how much is heard before a piece that is begun now."""
        return max(self._lead_s(), self._latest.until_end_s if self._latest else 0.0)

    def _lead_s(self) -> float:
        """Return the sound that the listener has still to hear."""
        return max(0.0, self._dry_at_s - self._clock.monotonic())


@asynccontextmanager
async def _let_go_of(stream: SpeechStream) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await to_the_end(stream.aclose())


def _with_blank(text: str) -> str:
    """End a text with a blank: clients take what has none behind it for half a word."""
    return text if text[-1:].isspace() else f"{text} "


def _joined(sounds: Sequence[Sound]) -> Sound:
    if len(sounds) == 1:
        return sounds[0]
    pcm = Pcm(join(*(sound.pcm.samples for sound in sounds)), sounds[0].pcm.rate_hz)
    words = tuple(word for sound in sounds for word in sound.words)
    marks = tuple(mark for sound in sounds for mark in sound.marks)
    return Sound(pcm, words, marks, sounds[0].passage)
