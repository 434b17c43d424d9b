"""Counts what the event bus tells; gauges are read when the figures are asked for."""

import asyncio
from functools import singledispatchmethod
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from domain.events import (
    AudioContinued,
    CacheAsked,
    Event,
    EventsLost,
    FirstAudio,
    GuardTripped,
    RequestAnswered,
    SocketClosed,
    SocketOpened,
    SpeechFinished,
    SpeechQueued,
    SpeechRefused,
)
from domain.ports import EventBus, Pulse

_FIRST_AUDIO_S = (
    *(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2),
    *(0.25, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
)
_GAP_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_FACTORS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)


class PrometheusFigures:
    """Listens while entered; labels never name a voice, a session or a caller."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "tts_requests",
            "requests answered",
            ["route", "outcome"],
            registry=registry,
        )
        self._took = Histogram(
            "tts_request_duration_seconds",
            "from request to its end",
            ["route"],
            registry=registry,
        )
        self._first = Histogram(
            "tts_time_to_first_audio_seconds",
            "from request to first sound",
            buckets=_FIRST_AUDIO_S,
            registry=registry,
        )
        self._gaps = Histogram(
            "tts_inter_chunk_seconds",
            "between chunks",
            buckets=_GAP_S,
            registry=registry,
        )
        self._factor = Histogram(
            "tts_real_time_factor",
            "time per sound",
            buckets=_FACTORS,
            registry=registry,
        )
        self._audio = Counter("tts_audio_seconds", "sound handed out", registry=registry)
        self._characters = Counter("tts_characters", "characters taken in", registry=registry)
        self._chunks = Counter("tts_chunks", "chunks handed out", registry=registry)
        self._underruns = Counter("tts_underruns", "listeners run dry", registry=registry)
        self._rejected = Counter("tts_rejected", "turned away", ["reason"], registry=registry)
        self._cancelled = Counter("tts_cancelled", "cut short", ["stage"], registry=registry)
        self._hits = Counter("tts_cache_hits", "asked and had", ["cache"], registry=registry)
        self._misses = Counter("tts_cache_misses", "asked in vain", ["cache"], registry=registry)
        self._sockets = Gauge("tts_sockets_open", "sockets open", registry=registry)
        self._closed = Counter("tts_sockets", "sockets ended", ["route", "code"], registry=registry)
        self._trips = Counter("tts_guard_trips", "lines astray", ["guard"], registry=registry)
        self._lost = Counter("tts_events_lost", "events nobody was told", registry=registry)
        self._active = Gauge("tts_streams_active", "streams alive", registry=registry)
        self._queue = Gauge("tts_queue_depth", "lines waiting", registry=registry)
        self._up = Gauge("tts_engine_up", "1 while the engine lives", registry=registry)
        self._age = Gauge(
            "tts_engine_last_step_age_seconds",
            "since the engine's last step",
            registry=registry,
        )
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})

    def exposition(self, pulse: Pulse, streams: int) -> bytes:
        """Return the text of /metrics."""
        self._active.set(streams)
        self._queue.set(len(pulse.waiting))
        self._up.set(pulse.alive)
        self._age.set(pulse.last_step_age_s or 0.0)
        return generate_latest(self.registry)

    async def _listen(self) -> None:
        async with self._bus.subscribe() as events:
            async for event in events:
                self.count(event)

    @singledispatchmethod
    def count(self, event: Event) -> None:
        """Count one event; those without a figure are passed over."""

    @count.register
    def _(self, event: SpeechQueued) -> None:
        self._characters.inc(event.characters)

    @count.register
    def _(self, event: FirstAudio) -> None:
        self._first.observe(event.wait_s)

    @count.register
    def _(self, event: AudioContinued) -> None:
        self._gaps.observe(event.gap_s)
        self._underruns.inc(event.starved)

    @count.register
    def _(self, event: SpeechFinished) -> None:
        self._audio.inc(event.audio_s)
        self._chunks.inc(event.chunks)
        if event.outcome == "cancelled":
            self._cancelled.labels(event.stage).inc()
        if event.audio_s:
            self._factor.observe(event.took_s / event.audio_s)

    @count.register
    def _(self, event: SpeechRefused) -> None:
        self._rejected.labels(event.reason).inc()

    @count.register
    def _(self, event: RequestAnswered) -> None:
        outcome = f"{event.status // 100}xx"
        self._requests.labels(event.route, outcome).inc()
        self._took.labels(event.route).observe(event.took_s)

    @count.register
    def _(self, _event: SocketOpened) -> None:
        self._sockets.inc()

    @count.register
    def _(self, event: SocketClosed) -> None:
        self._sockets.dec()
        self._closed.labels(event.route, str(event.code)).inc()

    @count.register
    def _(self, event: CacheAsked) -> None:
        asked = self._hits if event.hit else self._misses
        asked.labels(event.cache).inc()

    @count.register
    def _(self, event: GuardTripped) -> None:
        self._trips.labels(event.guard).inc()

    @count.register
    def _(self, event: EventsLost) -> None:
        self._lost.inc(event.count)
