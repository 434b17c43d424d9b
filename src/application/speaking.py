"""Speaking: one request becomes one stream, and whatever can be refused is refused here."""

from application.sessions import Sessions
from application.stream import Reading, SpeechStream
from application.timbres import Timbres
from domain.errors import (
    EngineBusyError,
    InputError,
    SpeechCancelledError,
    SpeechError,
    TextTooLongError,
)
from domain.events import SpeechRefused
from domain.language import spoken
from domain.pieces import Pauses, plan, tidy
from domain.ports import Clock, EventBus, SentenceSplitter, SpeechEngine
from domain.speech import SpeechRequest
from domain.voice import Timbre


class Speaking:
    """Begins streams of speech."""

    def __init__(
        self,
        *,
        engine: SpeechEngine,
        timbres: Timbres,
        sessions: Sessions,
        splitter: SentenceSplitter,
        bus: EventBus,
        clock: Clock,
        longest_text: int,
        default_language: str,
        pauses: Pauses,
    ) -> None:
        self._engine = engine
        self._timbres = timbres
        self._sessions = sessions
        self._splitter = splitter
        self._bus = bus
        self._clock = clock
        self._longest_text = longest_text
        self._default_language = default_language
        self._pauses = pauses

    async def begin(self, request: SpeechRequest) -> SpeechStream:
        """Return a stream whose first sound is there already; close it whatever happens."""
        try:
            stream = SpeechStream(
                reading=await self._reading(request),
                wanted_id=request.session_id,
                engine=self._engine,
                sessions=self._sessions,
                bus=self._bus,
                clock=self._clock,
            )
            await stream.start()
        except SpeechError as error:
            self._bus.publish(SpeechRefused(_reason(error)))
            raise
        return stream

    async def _reading(self, request: SpeechRequest) -> Reading:
        self._check_length(request.text)
        card = self._engine.card
        language = spoken(request.language or self._default_language, card.languages)
        text = tidy(request.text)
        self._check_length(text)
        pieces = plan(text, language, self._splitter, card.longest(language), self._pauses)
        if not any(letter.isalnum() for letter in text):
            msg = "The text is empty: it has no letter and no digit; send a word to speak."
            raise InputError(msg)
        return Reading(pieces, language, await self._timbre(request), request.settings)

    def _check_length(self, text: str) -> None:
        if len(text) > self._longest_text:
            raise TextTooLongError(len(text), self._longest_text)

    async def _timbre(self, request: SpeechRequest) -> Timbre:
        if request.latents is not None:
            return await self._engine.recall(request.latents)
        return await self._timbres.find(request.owner, request.voice)


def _reason(error: SpeechError) -> str:
    if isinstance(error, EngineBusyError):
        return "busy"
    if isinstance(error, SpeechCancelledError):
        return "cancelled"
    return "input" if isinstance(error, InputError) else "other"
