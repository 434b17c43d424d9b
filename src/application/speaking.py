"""Speaking: one request becomes one stream, and whatever can be refused is refused here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from application.loudness import Loudness
from application.reading import Reading
from application.sessions import Sessions
from application.stream import SpeechStream
from application.timbres import Timbres
from application.turns import Turns
from domain.errors import (
    EngineBusyError,
    InputError,
    LanguageUnknownError,
    MarkupError,
    SpeechCancelledError,
    SpeechError,
    TextTooLongError,
    VoiceUnknownError,
)
from domain.events import SpeechRefused
from domain.language import spoken
from domain.levelling import ENOUGH_S, Leveller
from domain.loudness import Learnt
from domain.passages import Plan, Planner
from domain.pieces import Pauses, tidy
from domain.ports import (
    Clock,
    EventBus,
    SentenceSplitter,
    SpeechEngine,
    SpeechMarkup,
    Wording,
)
from domain.script import Bleep, Item, Rest, Say, Script
from domain.speech import Finish, SpeechRequest
from domain.voice import Timbre

_MOST_SILENCE_S = 600.0
_LONG = 2_000
"""Characters from which on a text is read in a thread: others speak on in the meantime."""


class Speaking:
    """Begins streams of speech."""

    def __init__(
        self,
        *,
        engine: SpeechEngine,
        timbres: Timbres,
        sessions: Sessions,
        splitter: SentenceSplitter,
        markup: SpeechMarkup,
        wording: Wording,
        loudness: Loudness,
        bus: EventBus,
        clock: Clock,
        longest_text: int,
        default_language: str,
        pauses: Pauses,
        turns: Turns,
    ) -> None:
        self._engine = engine
        self._timbres = timbres
        self._sessions = sessions
        self._splitter = splitter
        self._markup = markup
        self._wording = wording
        self._loudness = loudness
        self._bus = bus
        self._clock = clock
        self._longest_text = longest_text
        self._default_language = default_language
        self._pauses = pauses
        self._turns = turns

    async def begin(
        self,
        request: SpeechRequest,
        meanwhile: Callable[[], Awaitable[None]] | None = None,
        before_s: float = 0.0,
    ) -> SpeechStream:
        """Return a stream whose first sound is there already; close it whatever happens.

        `meanwhile` is awaited when nothing but the engine's first sound is still to come. What its
        listener hears before it lasts `before_s`: others are in more of a hurry.
        """
        try:
            stream = SpeechStream(
                reading=await self._reading(request),
                owner=request.owner,
                wanted_id=request.session_id,
                engine=self._engine,
                sessions=self._sessions,
                loudness=self._loudness,
                bus=self._bus,
                clock=self._clock,
                turns=self._turns,
                before_s=before_s,
            )
            await stream.start(meanwhile)
        except SpeechError as error:
            self._bus.publish(SpeechRefused(_reason(error)))
            raise
        return stream

    def understood(self, request: SpeechRequest) -> Script:
        """Return what a request says, without speaking it."""
        self._check_length(request.text)
        language = self._language(request)
        if request.script is None and not request.is_markup:
            return Script((Say(request.text),))
        script = request.script or self._markup.parse(request.text, language)
        spoken_text = "".join(item.text for item in script.items if isinstance(item, Say))
        self._check_length(tidy(spoken_text))
        silent_s = sum(item.seconds for item in script.items if isinstance(item, Bleep | Rest))
        if silent_s > _MOST_SILENCE_S:
            reason = f"its pauses last {silent_s:,.0f} s together, more than {_MOST_SILENCE_S:g} s"
            raise MarkupError(reason)
        for item in script.items:
            if isinstance(item, Say) and item.language:
                self._marked_up(item.language)
        return script

    async def _reading(self, request: SpeechRequest) -> Reading:
        card = self._engine.card
        if len(request.text) > _LONG:
            script, plan = await asyncio.to_thread(self._planned, request)
        else:
            script, plan = self._planned(request)
        if not plan.passages:
            msg = "The text is empty: it has no letter and no digit; send a word to speak."
            raise InputError(msg)
        named = {passage.voice for passage in plan.passages}
        timbres = {name: await self._timbre(request, name) for name in named}
        return Reading(
            plan=plan,
            timbres=timbres,
            settings=request.settings,
            finish=request.finish,
            card=card,
            levellers=await self._levellers(request.finish, timbres.values()),
            warnings=(*script.warnings, *self._unheeded(plan)),
        )

    def _planned(self, request: SpeechRequest) -> tuple[Script, Plan]:
        script = self.understood(request)
        items = [self._said(item, request) for item in script.items]
        planner = Planner(self._splitter, self._engine.card.longest, self._pauses)
        return script, planner.plan(items, self._language(request))

    def _unheeded(self, plan: Plan) -> tuple[str, ...]:
        """What the engine at hand cannot do."""
        spelled = any(passage.pronunciations for passage in plan.passages)
        if not spelled or self._engine.card.pronounces:
            return ()
        return ("phoneme has no effect: this engine reads the text inside it instead.",)

    def _language(self, request: SpeechRequest) -> str:
        return spoken(request.language or self._default_language, self._engine.card.languages)

    def _marked_up(self, tag: str) -> str:
        """Return the language that markup names."""
        try:
            return spoken(tag, self._engine.card.languages)
        except LanguageUnknownError as error:
            raise MarkupError(f"it names the language {tag!r}, which is not spoken here") from error

    def _said(self, item: Item, request: SpeechRequest) -> Item:
        """Bring words into the request's own manner, and their language to one that is spoken."""
        if not isinstance(item, Say):
            return item
        language = item.language and self._marked_up(item.language)
        said = replace(item, prosody=item.prosody.within(request.prosody), language=language)
        if not request.in_words or item.pronunciations:
            return said
        return replace(
            said, text=self._wording.in_words(said.text, language or self._language(request))
        )

    def _check_length(self, text: str) -> None:
        if len(text) > self._longest_text:
            raise TextTooLongError(len(text), self._longest_text)

    async def _timbre(self, request: SpeechRequest, name: str | None) -> Timbre:
        if name is not None:
            return await self._named(request.owner, name)
        if request.latents is not None:
            return await self._engine.recall(request.latents)
        return await self._timbres.find(request.owner, request.voice)

    async def _named(self, owner: str, name: str) -> Timbre:
        """Find a voice that the markup names."""
        try:
            return await self._timbres.find(owner, name)
        except VoiceUnknownError as error:
            reason = f"it names the voice {name!r}, which nobody knows"
            raise MarkupError(reason) from error

    async def _levellers(self, finish: Finish, timbres: Iterable[Timbre]) -> dict[str, Leveller]:
        """One for each voice, with what is known of its loudness."""
        card = self._engine.card
        usual = None if card.usual_lufs is None else Learnt(card.usual_lufs, 0.0, 0)
        levellers = {}
        for timbre in {each.sha256: each for each in timbres}.values():
            learnt = mean = None
            studies = False
            if finish.streamed.lufs is not None:
                learnt, mean = await self._loudness.of(timbre, finish.target)
                known = learnt is not None and learnt.seconds >= ENOUGH_S
                studies = not known and self._loudness.may_learn(timbre, finish.target)
            levellers[timbre.sha256] = Leveller(
                finish.streamed, learnt, mean or usual, card.rate_hz, studies=studies
            )
        return levellers


def _reason(error: SpeechError) -> str:
    if isinstance(error, EngineBusyError):
        return "busy"
    if isinstance(error, SpeechCancelledError):
        return "cancelled"
    return "input" if isinstance(error, InputError) else "other"
