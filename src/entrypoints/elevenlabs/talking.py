"""A socket's shell: one task reads, one speaks for each context, and the rules tell what to do."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import ParamSpec

import structlog
from litestar.exceptions import WebSocketDisconnect

from application.access import Access
from application.ahead import read_ahead
from application.live import Flushed, LiveSpeech
from application.packing import Packet, Packing
from application.relaying import Relaying
from application.speaking import Speaking
from application.timbres import Timbres
from domain.access import Caller
from domain.errors import KeyMissingError, SpeechError
from domain.pacing import Pacer
from domain.pieces import Pauses
from domain.ports import AudioRelay, Clock, SoundStudio
from domain.speech import SpeechRequest
from entrypoints.elevenlabs.conversation import BROKE, Conversation
from entrypoints.elevenlabs.dialogue import Dialogue
from entrypoints.elevenlabs.orders import (
    Admit,
    Close,
    Drop,
    Finish,
    Flush,
    Forward,
    Order,
    Speak,
    Tell,
)
from entrypoints.elevenlabs.wire import socket as wire
from entrypoints.errors import BROKEN
from entrypoints.sockets import Line, OpenSockets, StalledError

log = structlog.get_logger()

P = ParamSpec("P")
Work = Coroutine[None, None, None]
Task = asyncio.Task[None]

_MOST_UNTOLD = 64
_READY = 8
"""Messages that are made before they are due."""
_TIMER_S = 0.0008
"""Timers count whole milliseconds, and what they wake has its turn later: so late is usual."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a socket needs of the house."""

    access: Access
    speaking: Speaking
    timbres: Timbres
    studio: SoundStudio
    relay: AudioRelay
    clock: Clock
    open_sockets: OpenSockets
    pauses: Pauses
    packet_s: float
    stall_timeout_s: float


@dataclass(frozen=True, slots=True)
class _Message:
    """Sound as it goes out, and how much of it."""

    data: bytes
    seconds: float


@dataclass(eq=False, slots=True)
class _Speaker:
    """A context as it speaks."""

    name: str
    live: LiveSpeech
    packing: Packing
    task: Task | None = None


class Talking:
    """Does what the rules of one socket order, until they close it or the client is gone."""

    def __init__(
        self,
        line: Line,
        conversation: Conversation,
        voice: str,
        parts: Parts,
        session_ids: Iterator[str],
    ) -> None:
        self._line = line
        self._conversation = conversation
        self._voice = voice
        self._parts = parts
        self._session_ids = session_ids
        self._counted_as: Callable[[Caller], str] = attrgetter("name")
        self._owner: str | None = None
        self._counted = ExitStack()
        self._speakers: dict[str, _Speaker] = {}
        self._untold: asyncio.Queue[bytes] = asyncio.Queue(_MOST_UNTOLD)
        self._tasks: set[Task] = set()
        self._ending: asyncio.Future[Close | None] = asyncio.get_running_loop().create_future()
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, key: str | None, counted_as: Callable[[Caller], str]) -> None:
        """Serve the socket; `key` is the one that came with the handshake."""
        self._counted_as = counted_as
        served = self._parts.open_sockets.served(lambda: self._conversation.owes)
        with self._counted, served:
            try:
                self._admit(key, first=True)
                self._start(self._read)
                self._start(self._tell)
                await asyncio.shield(self._ending)
            finally:
                await self._put_away()
        if ending := self._ending.result():
            untold = [self._untold.get_nowait() for _ in range(self._untold.qsize())]
            last = (*untold, *filter(None, (ending.told,)))
            await self._line.close(ending.code, ending.reason, *last)

    async def _read(self) -> None:
        async with aclosing(self._line.messages()) as messages:
            async for data in messages:
                self._ask(partial(self._conversation.receive, data))
        self._end(None)

    async def _tell(self) -> None:
        while True:
            await self._line.send(await self._untold.get())

    def _ask(self, rule: Callable[[float], Iterable[Order]]) -> None:
        """Do what a rule orders now, as far as the socket lasts; nothing here waits.

        Whoever calls this may be a timer: what breaks goes no further.
        """
        try:
            for order in rule(self._now_s()):
                if self._ending.done():
                    return
                self._do(order)
            self._watch_the_time()
        except Exception:
            log.exception("socket broke")
            self._give_up()

    def _do(self, order: Order) -> None:
        match order:
            case Admit():
                self._admit(order.key)
            case Speak():
                named = next(self._session_ids)
                request = replace(order.request, owner=self._owner or "", session_id=named)
                self._speaker(order.context, order.sounds).live.say(request)
            case Flush() | Finish():
                self._flush(order)
            case Drop():
                self._drop(order)
            case Tell():
                self._say(order.data)
            case Forward():
                self._start(self._relay, order)
            case Close():
                self._end(order)

    def _flush(self, order: Flush | Finish) -> None:
        live = self._speaker(order.context).live
        live.flush(after=order)
        if isinstance(order, Finish) and not order.lasts:
            live.end()

    def _drop(self, order: Drop) -> None:
        speaker = self._speakers.pop(order.context, None)
        if speaker is not None and speaker.task is not None:
            speaker.task.cancel()
        self._say(order.told)

    def _say(self, data: bytes) -> None:
        """Have a message sent; who reads none of them is not talked to for ever."""
        try:
            self._untold.put_nowait(data)
        except asyncio.QueueFull:
            self._stalled()

    def _admit(self, key: str | None, *, first: bool = False) -> None:
        """Let in who brings a key, or needs none; who has not yet may with the first message."""
        if self._owner is not None:
            return
        try:
            self._let_in(self._parts.access.authenticate(key))
        except SpeechError as error:
            if not (first and isinstance(error, KeyMissingError)):
                self._failed(None, error)
        self._watch_the_time()

    def _let_in(self, caller: Caller) -> None:
        """Count the socket as theirs, and find the voice: first words shall not wait for it."""
        sockets = self._parts.open_sockets
        self._counted.enter_context(sockets.one_more(self._counted_as(caller)))
        self._owner = caller.owner
        self._start(self._find_voice, caller.owner)

    async def _find_voice(self, owner: str) -> None:
        try:
            await self._parts.timbres.find(owner, self._voice)
        except SpeechError as error:
            self._failed(None, error)

    def _speaker(self, name: str, sounds: Sequence[int] = (1,)) -> _Speaker:
        """Return who speaks for a context; what an earlier one of its name hears does not count."""
        if name in self._speakers:
            return self._speakers[name]
        parts, conversation = self._parts, self._conversation

        def heard(request: SpeechRequest) -> None:
            if self._speakers.get(name) is speaker:
                self._ask(partial(conversation.heard, name, len(request.text)))

        live = LiveSpeech(parts.speaking, parts.clock, parts.pauses, heard)
        packing = Packing(parts.studio, conversation.opened.finish.to, parts.packet_s, sounds)
        speaker = self._speakers[name] = _Speaker(name, live, packing)
        speaker.task = self._start(self._speak, speaker)
        return speaker

    async def _speak(self, speaker: _Speaker) -> None:
        """Send what a context says, as it is made or as it is heard."""
        with self._failing(speaker.name, speaker):
            async with speaker.live as live:
                await self._hand_out(speaker.name, speaker.packing.packets(live))

    async def _relay(self, order: Forward) -> None:
        """Send what a channel carries."""
        rate_hz = self._conversation.opened.finish.to.rate_hz
        relaying = Relaying(self._parts.relay, rate_hz, self._parts.packet_s)
        with self._failing(order.finish.context):
            await self._hand_out(
                order.finish.context, relaying.packets(order.channel, order.finish)
            )

    async def _hand_out(self, name: str, packed: AsyncGenerator[Packet | Flushed]) -> None:
        lead_s = self._conversation.lead_s
        pacer = None if lead_s is None else Pacer(lead_s)
        async with read_ahead(self._worded(name, packed), _READY) as messages:
            async for each in messages:
                if isinstance(each, _Message):
                    await self._send(each, name, pacer)
                elif isinstance(each.after, Finish):
                    await self._finished(each.after)

    async def _worded(
        self, name: str, packed: AsyncGenerator[Packet | Flushed]
    ) -> AsyncGenerator[_Message | Flushed]:
        called = self._called(name)
        async with aclosing(packed) as every:
            async for each in every:
                if isinstance(each, Flushed):
                    yield each
                else:
                    yield _Message(wire.sounded(each, called), each.seconds)

    @contextmanager
    def _failing(self, name: str, speaker: _Speaker | None = None) -> Iterator[None]:
        """What breaks within ends a context, and no more than the rules say.

        Where another speaks for the context by now it is told nothing.
        """
        try:
            yield
        except (StalledError, WebSocketDisconnect):
            raise
        except Exception as error:
            if not isinstance(error, SpeechError):
                log.exception("speech broke")
            if speaker is None or self._speakers.get(name) is speaker:
                self._failed(name, error if isinstance(error, SpeechError) else _broke())

    def _failed(self, name: str | None, error: SpeechError) -> None:
        self._ask(lambda _: self._conversation.failed(name, error))

    async def _send(self, message: _Message, name: str, pacer: Pacer | None) -> None:
        if pacer is not None:
            await self._wait_until(pacer.due_s(self._now_s()) - _TIMER_S)
            pacer.sent(message.seconds, self._now_s())
        await self._line.send(message.data)
        self._conversation.sent(name, message.seconds, self._now_s())

    async def _finished(self, order: Finish) -> None:
        await self._line.send(wire.final(self._called(order.context)))
        if not order.lasts:
            self._speakers.pop(order.context, None)
        self._ask(partial(self._conversation.finished, order.context))

    def _called(self, name: str) -> str | None:
        """Return what messages call a context: nothing, where there is but one."""
        return name if isinstance(self._conversation, Dialogue) else None

    def _start(self, work: Callable[P, Work], *told: P.args, **named: P.kwargs) -> Task:
        task = asyncio.create_task(self._guarded(partial(work, *told, **named)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Callable[[], Work]) -> None:
        """Whatever breaks ends the socket, with a word; what is stopped early never begins."""
        try:
            await work()
        except StalledError:
            self._stalled()
        except WebSocketDisconnect:
            self._end(None)
        except Exception:
            log.exception("socket broke")
            self._give_up()

    def _stalled(self) -> None:
        log.warning("stalled listener cut")
        self._end(Close(BROKE, "What was sent was left unread for too long."))

    def _give_up(self) -> None:
        for order in self._conversation.refuse(BROKEN, "internal_error", BROKE):
            self._do(order)

    def _watch_the_time(self) -> None:
        """Have the rules look at the clock when they next want to."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline_s = self._conversation.deadline_s
        if deadline_s is not None and not self._ending.done():
            loop = asyncio.get_running_loop()
            wait_s = max(0.0, deadline_s - self._now_s())
            self._timer = loop.call_later(wait_s, self._ask, self._conversation.tick)

    def _end(self, ending: Close | None) -> None:
        if not self._ending.done():
            self._ending.set_result(ending)

    async def _put_away(self) -> None:
        """Stop all that is under way; the engine is free of it when this returns."""
        self._end(None)
        self._watch_the_time()
        for task in (tasks := set(self._tasks)):
            # one that was interrupted already is putting away what it held: that is not to be cut
            if not task.cancelling():
                task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _wait_until(self, moment_s: float) -> None:
        wait_s = moment_s - self._now_s()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def _now_s(self) -> float:
        return self._parts.clock.monotonic()


def _broke() -> SpeechError:
    return SpeechError(BROKEN)
