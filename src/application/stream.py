"""One stream of speech: what was asked for, handed out in order, and freed whatever happens."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Self

from application.finishing import Finishing, Sound
from application.lines import Lines
from application.loudness import Loudness
from application.reading import Reading
from application.sessions import Sessions
from application.turns import Turns
from domain.errors import SpeechCancelledError
from domain.events import AudioContinued, FirstAudio, SpeechFinished, SpeechQueued
from domain.forecast import Forecast
from domain.ports import Clock, EventBus, SpeechEngine
from domain.script import TimedWord
from domain.session import SessionState


class SpeechStream:
    """Iterate it for the sound; cancel or close it from any task, as often as you like."""

    def __init__(
        self,
        *,
        reading: Reading,
        owner: str,
        wanted_id: str | None,
        engine: SpeechEngine,
        sessions: Sessions,
        loudness: Loudness,
        bus: EventBus,
        clock: Clock,
        turns: Turns,
        before_s: float = 0.0,
    ) -> None:
        self._reading = reading
        self._sessions = sessions
        self._loudness = loudness
        self._bus = bus
        self._clock = clock
        self.target = reading.target
        self.rate_hz = reading.finish.to.rate_hz
        self.warnings = reading.warnings
        self.text = reading.text
        self.passages = reading.passages
        self.alignment = engine.card.alignment
        self.session = sessions.open(owner, wanted_id, reading.characters, self.cancel)
        self._finishing = Finishing(reading, engine.card.rate_hz, turns)
        forecast = Forecast(reading.plan.passages, reading.settings.speed)
        lines = reading.lines(self.session.stream)
        self._lines = Lines(engine, clock, lines, forecast, self._lead_s)
        self._first: Sound | None = None
        self._words: tuple[TimedWord, ...] = ()
        self._heard_s = clock.monotonic()
        self._due_s = self._heard_s + before_s
        bus.publish(SpeechQueued(self.session.id, reading.characters, owner))

    @property
    def all_submitted(self) -> bool:
        """Whether a stream that is begun now can take no seat from this one any more."""
        return self._lines.all_submitted

    @property
    def until_end_s(self) -> float:
        """What is to be heard before this is at its end: how soon what follows it is needed."""
        return 0.0 if self.session.ended else self._lines.until_end_s

    async def start(self, meanwhile: Callable[[], Awaitable[None]] | None = None) -> None:
        """Wait until the first sound is there; whatever prevents it is raised here.

        `meanwhile` is awaited once the engine has taken the stream in.
        """
        self._first = await self._next(meanwhile)
        if self.session.state is SessionState.CANCELLED:
            raise SpeechCancelledError(self.session.id)

    def __aiter__(self) -> Self:
        """Iterate the sound."""
        return self

    async def __anext__(self) -> Sound:
        """Return the next sound."""
        sound, self._first = self._first, None
        sound = sound or await self._next()
        if sound is None:
            raise StopAsyncIteration
        return sound

    async def cancel(self) -> None:
        """Stop speaking: the engine is free of this stream when this returns."""
        await self._end(SessionState.CANCELLED)

    async def aclose(self) -> None:
        """Let go; a stream that was not heard to its end counts as cancelled."""
        await self.cancel()

    async def _next(self, meanwhile: Callable[[], Awaitable[None]] | None = None) -> Sound | None:
        try:
            if meanwhile is not None:
                await self._lines.admit()
                await meanwhile()
            sound = await self._next_sound()
        except Exception:
            await self._end(SessionState.FAILED)
            raise
        except BaseException:
            await self._end(SessionState.CANCELLED)
            raise
        if sound is None:
            await self._end(SessionState.DONE)
            return None
        return self._handed_out(sound)

    async def _next_sound(self) -> Sound | None:
        """Return the next sound; a line may end without any."""
        while heard := await self._lines.next():
            self.session.from_engine += not heard[1].remembered
            sound = await self._finishing.finished(*heard, self._lead_s())
            if self.session.ended:
                return None
            if heard[1].last:
                self.session.spoken_characters += self._finishing.characters(heard[0])
            if len(sound.pcm.samples):
                return self._with_earlier(sound)
            self._words += sound.words
        return None

    def _with_earlier(self, sound: Sound) -> Sound:
        """Add the words of chunks that made no sound by themselves."""
        earlier, self._words = self._words, ()
        return replace(sound, words=(*earlier, *sound.words))

    def _handed_out(self, sound: Sound) -> Sound:
        now_s, session = self._clock.monotonic(), self.session
        starved = session.heard(sound.pcm.seconds, now_s)
        if session.chunks == 1:
            self._bus.publish(FirstAudio(session.id, session.wait_s(now_s), session.owner))
        else:
            self._bus.publish(
                AudioContinued(
                    session_id=session.id,
                    gap_s=now_s - self._heard_s,
                    starved=starved,
                    chunks=session.chunks,
                    audio_s=session.audio_s,
                    owner=session.owner,
                ),
            )
        self._heard_s = now_s
        return sound

    def _lead_s(self) -> float:
        """Return what the listener still hears, of this stream and of what comes before it."""
        now_s = self._clock.monotonic()
        return max(0.0, self.session.lead_s(now_s)) + max(0.0, self._due_s - now_s)

    async def _end(self, state: SessionState) -> None:
        stage = self.session.state
        ended_now = self._sessions.close(self.session, state)
        await self._lines.leave()
        if ended_now:
            self.session.lufs = self._finishing.lufs
            self.session.marks = self._finishing.marks
            await self._learn()
            self._bus.publish(
                SpeechFinished(
                    session_id=self.session.id,
                    outcome=state,
                    stage=stage,
                    characters=self.session.characters,
                    chunks=self.session.chunks,
                    audio_s=self.session.audio_s,
                    took_s=self._clock.monotonic() - self.session.began_s,
                    owner=self.session.owner,
                ),
            )

    async def _learn(self) -> None:
        """Keep what was learnt of how loud the voices are."""
        for timbre, learnt in self._reading.learnt():
            await self._loudness.teach(timbre, learnt, self.target)
