"""The rules of a socket, without the socket: messages and moments in, orders out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from domain.arriving import Arriving
from domain.errors import (
    AccessError,
    EngineFailedError,
    HouseClosingError,
    InputError,
    RelayDownError,
    RelayMessageError,
    SpeechError,
    UnavailableError,
    VoiceUnknownError,
)
from domain.formats import Codec
from domain.loudness import Target
from domain.script import Script
from domain.speech import Finish, SpeechRequest
from entrypoints.elevenlabs.batches import Batch, Batches
from entrypoints.elevenlabs.context import Context
from entrypoints.elevenlabs.orders import Admit, Close, Forward, Order
from entrypoints.elevenlabs.orders import Finish as FinishContext
from entrypoints.elevenlabs.wire import socket as wire
from entrypoints.elevenlabs.wire.socket import Message, Query
from entrypoints.sockets import TooManySocketsError

ONLY = ""
"""What the one context of a `stream-input` is called."""
ENDED, NOT_THAT, POLICY, BROKE, RESTARTS, LATER = 1000, 1003, 1008, 1011, 1012, 1013
_INIT_WITHIN_S = 1.5
_MODES = ("generate", "forward")


@dataclass(frozen=True, slots=True)
class House:
    """What the rules need to know of the house they are kept in."""

    arriving: Callable[[str | None, bool], Arriving]
    """A text to come, in this language, with markup or without."""
    usual: Target
    longest_text: int
    paced: str = "auto"
    forward_channels: tuple[str, ...] = ("sess:*",)


@dataclass(slots=True)
class Opened:
    """What the address and the first message have settled for good."""

    finish: Finish
    lead_ms: float | None
    mode: str
    channel: str | None
    keep_open: bool
    by_init: bool = False
    contexts: dict[str, Context] = field(default_factory=dict)


class Conversation:
    """What both kinds of socket have in common; every method returns what is to be done now."""

    def __init__(self, house: House, voice: str, query: Query, now_s: float) -> None:
        self._house = house
        self._voice = voice
        self._query = query
        self._opened_s = self._active_s = now_s
        self._begun = False
        self._over = False
        self._unwelcome: SpeechError | None = None
        self._manner = wire.first_manner(query)
        self.opened = Opened(
            finish=wire.finish(query.output_format, house.usual),
            lead_ms=query.target_lead_ms,
            mode=_mode(query.mode),
            channel=query.audio_channel,
            keep_open=query.keep_open,
        )

    @property
    def lead_s(self) -> float | None:
        """How far ahead of its listener sound is sent; None where it goes as it is made."""
        opened, paced = self.opened, self._house.paced
        asked = opened.by_init or opened.lead_ms is not None or opened.mode == "forward"
        if paced == "never" or (paced == "auto" and not asked):
            return None
        return wire.target_lead_s(opened.lead_ms)

    @property
    def owes(self) -> bool:
        """Whether anything that was said is still to be heard."""
        return any(context.owes for context in self.opened.contexts.values())

    @property
    def deadline_s(self) -> float | None:
        """When `tick` is to be called, if nothing else happens before."""
        return None if self._over else min(self._moments_s(), default=None)

    def receive(self, data: str | bytes, now_s: float) -> list[Order]:
        """Heed a message."""
        if self._over:
            return []
        self._active_s = now_s
        try:
            return self._understood(wire.decode_message(data), now_s)
        except InputError as error:
            return self.refuse(str(error), "invalid_input_message")

    def tick(self, now_s: float) -> list[Order]:
        """Heed the time."""
        if self._over:
            return []
        if any(now_s >= moment_s for moment_s in self._times_out_s()):
            return self._timed_out()
        if not self._begun and now_s >= self._opened_s + _INIT_WITHIN_S:
            return self._begin(Message())
        return [order for each in self.opened.contexts.values() for order in each.due(now_s)]

    def heard(self, name: str, characters: int, now_s: float) -> list[Order]:
        """A batch was heard to its end."""
        context = self.opened.contexts.get(name)
        if self._over or context is None:
            return []
        self._active_s = now_s
        context.heard(characters)
        return context.due(now_s)

    def sent(self, name: str, seconds: float, now_s: float) -> None:
        """So much sound of a context went out: nobody is idle who listens."""
        self._active_s = now_s
        if context := self.opened.contexts.get(name):
            context.sent(seconds, now_s)

    def refuse(self, message: str, error: str, code: int = POLICY) -> list[Order]:
        """End the socket over a fault, and say which."""
        self._over = True
        return [Close(code, message, wire.failed(message, error, code))]

    def failed(self, name: str | None, error: SpeechError) -> list[Order]:
        """Speech could not be made: for a context, or for anybody."""
        raise NotImplementedError

    def finished(self, name: str, now_s: float) -> list[Order]:
        """A context that was to finish has."""
        raise NotImplementedError

    def _heed(self, message: Message, now_s: float) -> list[Order]:
        raise NotImplementedError

    def _understood(self, message: Message, now_s: float) -> list[Order]:
        if not message.says:
            raise InputError("The message says nothing: send text, flush or settings.")
        orders = self._begin(message)
        if not any(isinstance(order, Close) for order in orders):
            orders += self._heed(message, now_s)
        return orders

    def _begin(self, message: Message) -> list[Order]:
        """Settle with the first message what holds for good."""
        if self._begun:
            if message.type == wire.INIT:
                raise InputError("A ttsInitRequest comes first; this socket has begun without it.")
            return []
        self._begun = True
        if self._unwelcome is not None:
            return self._turned_away(self._unwelcome)
        opened = self.opened
        if message.type == wire.INIT:
            opened.by_init = True
            try:
                to = wire.init_format(message)
            except ValueError as error:
                self._over = True
                return [Close(NOT_THAT, str(error), wire.format_failed(str(error)))]
            opened.finish = Finish(to=to, target=self._house.usual) if to else opened.finish
            opened.mode = _mode(message.mode or opened.mode)
            self._manner = self._manner.changed(message)
        if message.target_lead_ms is not None:
            opened.lead_ms = message.target_lead_ms
        if message.keep_open is not None:
            opened.keep_open = message.keep_open
        opened.channel = message.audio_channel or opened.channel
        return [Admit(message.key), *self._forward()]

    def _turned_away(self, error: SpeechError) -> list[Order]:
        """End the socket over what is wrong with it as a whole.

        Clients look for a refusal once they have sent something: LiveKit's waits for ever where one
        came before. It is kept until then, or until a first message is waited for no longer.
        """
        if not self._begun:
            self._unwelcome = error
            return []
        word, code = told(error)
        return self.refuse(str(error), word, code)

    def _forward(self) -> list[Order]:
        """Relay a channel, where that is what was asked for and may be."""
        if self.opened.mode != "forward":
            return []
        if self.opened.finish.to.codec is not Codec.PCM:
            told = f"Forward mode relays samples as they are: ask for {wire.DEFAULT_FORMAT}."
            return self.refuse(told, "invalid_input_message", NOT_THAT)
        channel = self.opened.channel
        patterns = self._house.forward_channels
        if not channel or not any(fnmatchcase(channel, each) for each in patterns):
            may = " or ".join(patterns) or "none at all"
            told = f"Forward mode relays an audio_channel named like {may}; ask for one of them."
            missing = "" if channel else "The audio_channel is missing. "
            return self.refuse(f"{missing}{told}", "invalid_input_message")
        return [Forward(channel, FinishContext(ONLY, lasts=self.opened.keep_open))]

    def _context(self, name: str) -> Context:
        query, arriving = self._query, self._house.arriving
        batches = Batches(
            lambda language: arriving(language, query.enable_ssml_parsing),
            self._manner,
            eager=query.auto_mode,
        )
        return Context(name, batches, self._asked, self._house.longest_text)

    def _asked(self, batch: Batch) -> SpeechRequest:
        return SpeechRequest(
            text=batch.text,
            script=Script(batch.items),
            language=batch.manner.language,
            voice=self._voice,
            in_words=self._query.apply_text_normalization == "on",
            settings=batch.manner.settings,
            finish=self.opened.finish,
        )

    def _timed_out(self) -> list[Order]:
        waited = f"{self._query.inactivity_timeout:g}"
        message = f"Nothing was sent for {waited} s; send text or a blank to keep the socket open."
        if self._begun and self.opened.mode == "forward":
            channel = str(self.opened.channel)[:40]
            message = f"Nothing was published to the channel {channel!r} for {waited} s."
        if self.opened.by_init:
            self._over = True
            return [Close(ENDED, message)]
        return self.refuse(message, "input_timeout_exceeded")

    def _moments_s(self) -> Iterator[float]:
        """When there is something to look at."""
        yield from self._times_out_s()
        for context in self.opened.contexts.values():
            if context.ripe_at_s is not None:
                yield context.ripe_at_s
        if not self._begun:
            yield self._opened_s + _INIT_WITHIN_S

    def _times_out_s(self) -> Iterator[float]:
        """When the client has been silent for too long; never while it is owed speech."""
        if not self.owes:
            yield self._active_s + self._query.inactivity_timeout


_TOLD: tuple[tuple[type[SpeechError], str, int], ...] = (
    (VoiceUnknownError, "voice_not_found", POLICY),
    (AccessError, "invalid_api_key", POLICY),
    (InputError, "invalid_input_message", POLICY),
    (RelayDownError, "relay_unavailable", POLICY),
    (RelayMessageError, "invalid_relayed_message", NOT_THAT),
    (TooManySocketsError, "too_many_concurrent_requests", POLICY),
    (HouseClosingError, "shutting_down", RESTARTS),
    (EngineFailedError, "internal_error", BROKE),
    (UnavailableError, "system_busy", LATER),
)


def told(error: SpeechError) -> tuple[str, int]:
    """Return the word and the code that stand for a failure: the first row whose error it is."""
    rows = ((word, code) for kind, word, code in _TOLD if isinstance(error, kind))
    return next(rows, ("internal_error", BROKE))


def _mode(named: str) -> str:
    if named not in _MODES:
        raise InputError(f"mode is {' or '.join(_MODES)}.")
    return named
