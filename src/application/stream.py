"""One stream of speech: what was asked for, handed out in order, and freed whatever happens."""

from dataclasses import dataclass
from typing import Self

from application.lines import Lines
from application.sessions import Sessions
from domain.audio import HOUSE_RATE_HZ, Pcm, Samples, join, silence
from domain.errors import SpeechCancelledError
from domain.events import AudioContinued, FirstAudio, SpeechFinished, SpeechQueued
from domain.finishing import Resampler
from domain.forecast import Forecast
from domain.pieces import Piece
from domain.ports import Chunk, Clock, EventBus, SpeechEngine, SpokenLine
from domain.seams import Seams
from domain.session import SessionState
from domain.speech import SpeechSettings
from domain.voice import Timbre


@dataclass(frozen=True, slots=True)
class Reading:
    """What a stream is to speak, and how."""

    pieces: tuple[Piece, ...]
    language: str
    timbre: Timbre
    settings: SpeechSettings

    @property
    def characters(self) -> int:
        """How much there is to speak."""
        return sum(len(piece.text) for piece in self.pieces)

    def lines(self, stream: str) -> tuple[SpokenLine, ...]:
        """Return the pieces as lines for the engine."""
        return tuple(
            SpokenLine(
                stream=stream,
                index=index,
                text=piece.text,
                language=self.language,
                timbre=self.timbre,
                rate=self.settings.speed,
                settings=self.settings,
            )
            for index, piece in enumerate(self.pieces)
        )


class SpeechStream:
    """Iterate it for the sound; cancel or close it from any task, as often as you like."""

    rate_hz = HOUSE_RATE_HZ

    def __init__(
        self,
        *,
        reading: Reading,
        wanted_id: str | None,
        engine: SpeechEngine,
        sessions: Sessions,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._reading = reading
        self._sessions = sessions
        self._bus = bus
        self._clock = clock
        self._engine_hz = engine.card.rate_hz
        self._resampler = Resampler(self._engine_hz, self.rate_hz)
        self.session = sessions.open(wanted_id, reading.characters, self.cancel)
        self._seams = Seams(self._engine_hz)
        forecast = Forecast(reading.pieces, reading.settings.speed)
        lines = reading.lines(self.session.id)
        self._lines = Lines(engine, clock, lines, forecast, self._lead_s)
        self._first: Pcm | None = None
        self._heard_s = clock.monotonic()
        bus.publish(SpeechQueued(self.session.id, reading.characters))

    async def start(self) -> None:
        """Wait until the first sound is there; whatever prevents it is raised here."""
        self._first = await self._next()
        if self.session.state is SessionState.CANCELLED:
            raise SpeechCancelledError(self.session.id)

    def __aiter__(self) -> Self:
        """Iterate the sound."""
        return self

    async def __anext__(self) -> Pcm:
        """Return the next sound."""
        pcm, self._first = self._first, None
        pcm = pcm or await self._next()
        if pcm is None:
            raise StopAsyncIteration
        return pcm

    async def cancel(self) -> None:
        """Stop speaking: the engine is free of this stream when this returns."""
        await self._end(SessionState.CANCELLED)

    async def aclose(self) -> None:
        """Let go; a stream that was not heard to its end counts as cancelled."""
        await self.cancel()

    async def _next(self) -> Pcm | None:
        try:
            samples = await self._next_samples()
        except Exception:
            await self._end(SessionState.FAILED)
            raise
        except BaseException:
            await self._end(SessionState.CANCELLED)
            raise
        if samples is None:
            await self._end(SessionState.DONE)
            return None
        return self._handed_out(Pcm(samples, self.rate_hz))

    async def _next_samples(self) -> Samples | None:
        """Return the next samples at the house's rate; a line may end without any."""
        while heard := await self._lines.next():
            samples = self._finished(*heard)
            if len(samples):
                return samples
        return None

    def _finished(self, index: int, chunk: Chunk) -> Samples:
        """Bring a chunk to the house's rate, with its silence behind a line that ends."""
        joined = self._seams.feed(chunk.samples, last=chunk.last)
        if not chunk.last:
            return self._resampler.feed(joined)
        piece = self._reading.pieces[index]
        self.session.spoken_characters += len(piece.text)
        paused = join(joined, silence(piece.pause_s, self._engine_hz))
        samples = self._resampler.feed(paused)
        ends = index + 1 == len(self._reading.pieces)
        return join(samples, self._resampler.flush()) if ends else samples

    def _handed_out(self, pcm: Pcm) -> Pcm:
        now_s, session = self._clock.monotonic(), self.session
        starved = session.heard(pcm.seconds, now_s)
        if session.chunks == 1:
            self._bus.publish(FirstAudio(session.id, session.wait_s(now_s)))
        else:
            self._bus.publish(AudioContinued(session.id, now_s - self._heard_s, starved))
        self._heard_s = now_s
        return pcm

    def _lead_s(self) -> float:
        return max(0.0, self.session.lead_s(self._clock.monotonic()))

    async def _end(self, state: SessionState) -> None:
        stage = self.session.state
        ended_now = self._sessions.close(self.session, state)
        await self._lines.leave()
        if ended_now:
            self._bus.publish(
                SpeechFinished(
                    session_id=self.session.id,
                    outcome=state,
                    stage=stage,
                    characters=self.session.characters,
                    chunks=self.session.chunks,
                    audio_s=self.session.audio_s,
                    took_s=self._clock.monotonic() - self.session.began_s,
                ),
            )
