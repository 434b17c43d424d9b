"""Calibrating: a new voice speaks one line while nobody else does, and is listened to."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from application.loudness import Loudness
from application.timbres import Timbres
from domain.audio import Pcm, Samples, join, silence
from domain.calibration import calibration_line
from domain.errors import ConflictError, EngineBusyError, NotFoundError, SpeechError
from domain.events import VoiceFoundUnusable
from domain.language import canonical
from domain.loudness import Learnt, Meter, Target
from domain.mastering import levelled
from domain.ports import EventBus, PreviewStore, Pulse, SoundStudio, SpeechEngine, SpokenLine
from domain.voice import Timbre, Voice

log = logging.getLogger(__name__)

_STREAM = "calibration"
_MOST_WAITING = 100
_MOST_TRIES = 20
_MOST_FAILURES = 2
_QUIET_LOOKS = 3
_LOOK_S = 0.1
_OTHERS_LOOK_S = 0.05
_LEAD_S = 30.0
_PATIENCE_S = 5.0
_LEAST_S = 1.0
_SILENT_LUFS = -50.0


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """A voice that is to speak, and how often that was interrupted or went wrong."""

    voice: Voice
    timbre: Timbre | None
    tries: int = 0
    failures: int = 0


class _InterruptedError(Exception):
    """Somebody else came to speak."""


class _UnusableError(Exception):
    """The line was spoken, and is no speech."""


class Calibrating:
    """One task that takes new voices in turn; the oldest are dropped where too many wait.

    It sets the loudness that a voice starts from, keeps the line as its preview, and tells where
    a clone is unusable. Enter it after the engine it speaks through and leave it before.
    """

    def __init__(
        self,
        *,
        engine: SpeechEngine,
        timbres: Timbres,
        previews: PreviewStore,
        loudness: Loudness,
        studio: SoundStudio,
        bus: EventBus,
        default_language: str,
        wanted: bool,
    ) -> None:
        self._engine = engine
        self._timbres = timbres
        self._previews = previews
        self._loudness = loudness
        self._studio = studio
        self._bus = bus
        self._default_language = default_language
        self._wanted = wanted
        self._waiting: OrderedDict[tuple[str, str], _Newcomer] = OrderedDict()
        self._heard: _Newcomer | None = None
        self._something = asyncio.Event()
        self._group = asyncio.TaskGroup()
        self._working: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        self._working = self._group.create_task(self._work())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop at once: what has not been spoken is asked for when its preview is."""
        if self._working is not None:
            self._working.cancel()
        await self._group.__aexit__(None, None, None)

    def ask(self, voice: Voice, timbre: Timbre | None = None) -> bool:
        """Have a voice speak its line soon; return whether voices do so here."""
        taken = (self._heard, self._waiting.get(_key(voice)))
        if self._wanted and not any(each and _same(each.voice, voice) for each in taken):
            self._put(_Newcomer(voice, timbre))
        return self._wanted

    def _put(self, newcomer: _Newcomer) -> None:
        self._waiting[_key(newcomer.voice)] = newcomer
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.popitem(last=False)
        self._something.set()

    async def _work(self) -> None:
        while True:
            while not self._waiting:
                self._something.clear()
                await self._something.wait()
            await self._quiet()
            _, self._heard = self._waiting.popitem(last=False)
            try:
                await self._calibrate(self._heard)
            except Exception:  # the next voice may do better
                log.exception("The voice %r could not be calibrated.", self._heard.voice.id)
            self._heard = None

    async def _calibrate(self, newcomer: _Newcomer) -> None:
        """Let a voice speak, and decide what follows if it cannot."""
        voice = newcomer.voice
        try:
            await self._listen(newcomer)
        except (_InterruptedError, EngineBusyError):
            if newcomer.tries < _MOST_TRIES:
                self._put(replace(newcomer, tries=newcomer.tries + 1))
        except (NotFoundError, ConflictError) as error:
            log.info("The voice %r is not calibrated: %s", voice.id, error)
        except (SpeechError, _UnusableError) as error:
            if newcomer.failures + 1 < _MOST_FAILURES:
                self._put(replace(newcomer, failures=newcomer.failures + 1))
                return
            log.warning("The voice %r is unusable: %s Clone it again.", voice.id, error)
            self._bus.publish(VoiceFoundUnusable(voice.id, str(error)))

    async def _listen(self, newcomer: _Newcomer) -> None:
        voice = newcomer.voice
        timbre = newcomer.timbre or await self._timbres.find(voice.owner, voice.id)
        rate_hz = self._engine.card.rate_hz
        samples = await self._alone(self._line(voice, timbre))
        heard = Pcm(samples, rate_hz)
        learnt = await asyncio.to_thread(_measured, heard, self._loudness.usual)
        await self._loudness.teach(timbre, learnt)
        try:
            preview = await self._studio.pack(heard)
            await self._previews.keep_preview(voice, preview)
        except SpeechError as error:
            log.warning("The preview of the voice %r could not be kept: %s", voice.id, error)

    def _line(self, voice: Voice, timbre: Timbre) -> SpokenLine:
        """The line, as one that nobody waits for: who has the most in hand is spoken to last."""
        wanted = canonical(voice.language or self._default_language)
        language, text = calibration_line(wanted, self._engine.card.languages)
        return SpokenLine(
            stream=_STREAM,
            index=0,
            text=text,
            language=language,
            timbre=timbre,
            start_within_s=_PATIENCE_S,
            lead_s=_LEAD_S,
        )

    async def _alone(self, line: SpokenLine) -> Samples:
        """Return the whole line, unless somebody else comes before its end."""
        speaking = self._group.create_task(self._spoken(line))
        try:
            while not speaking.done():
                await asyncio.wait({speaking}, timeout=_OTHERS_LOOK_S)
                if not speaking.done() and _crowded(await self._engine.pulse()):
                    raise _InterruptedError
        finally:
            speaking.cancel()
            await asyncio.wait({speaking})
        spoken = speaking.result()
        if isinstance(spoken, Exception):
            raise spoken
        return spoken

    async def _spoken(self, line: SpokenLine) -> Samples | Exception:
        try:
            async with self._engine.speak(line) as sound:
                parts = [chunk.samples async for chunk in sound]
        except Exception as error:  # noqa: BLE001 - told instead: raised, it would end the group
            return error
        return join(silence(0, self._engine.card.rate_hz), *parts)

    async def _quiet(self) -> None:
        """Wait until nobody has spoken for a moment, nor waits to."""
        looks = 0
        while looks < _QUIET_LOOKS:
            pulse = await self._engine.pulse()
            idle = pulse.alive and not pulse.speaking and not pulse.waiting
            looks = looks + 1 if idle else 0
            await asyncio.sleep(_LOOK_S)


def _key(voice: Voice) -> tuple[str, str]:
    return voice.owner, voice.id


def _same(one: Voice, other: Voice) -> bool:
    """Whether they are one voice: one made anew under the same id was made at another moment."""
    return (_key(one), one.created_at) == (_key(other), other.created_at)


def _crowded(pulse: Pulse) -> bool:
    """Whether anyone but the line itself speaks or waits."""
    others = [stream for stream in pulse.waiting if stream != _STREAM]
    itself = _STREAM not in pulse.waiting
    return bool(others) or pulse.speaking > itself


def _measured(heard: Pcm, target: Target) -> Learnt:
    meter = Meter(heard.rate_hz)
    meter.hear(heard.samples)
    if meter.lufs is None or meter.lufs < _SILENT_LUFS or meter.seconds < _LEAST_S:
        msg = f"a line of {heard.seconds:.1f} s had {meter.seconds:.1f} s of speech in it."
        raise _UnusableError(msg)
    made = levelled(heard, target)
    lufs = meter.lufs if made.lufs is None else made.lufs - made.gain_db
    return Learnt(lufs, meter.seconds, 1)
