"""A socket's shell: one task reads, one speaks for each context, and the rules tell what to do."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import structlog
from litestar.exceptions import WebSocketDisconnect

from application.access import Access
from application.ahead import read_ahead
from application.live import Flushed, LiveSpeech
from application.packing import Packet, Packing
from application.relaying import Relaying
from application.speaking import Speaking
from application.timbres import Timbres
from domain.errors import AccessError, KeyMissingError, SpeechError
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
from entrypoints.sockets import Line, OpenSockets, StalledError, TooManySocketsError

log = structlog.get_logger()

_READY = 8
"""Packets that are made before they are due."""


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


@dataclass(slots=True)
class _Speaker:
    """A context as it speaks."""

    live: LiveSpeech
    task: asyncio.Task[None]


class Talking:
    """Does what the rules of one socket order, until they close it or the client is gone."""

    def __init__(self, line: Line, conversation: Conversation, voice: str, parts: Parts) -> None:
        self._line = line
        self._conversation = conversation
        self._voice = voice
        self._parts = parts
        self._owner: str | None = None
        self._speakers: dict[str, _Speaker] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending: asyncio.Future[Close | None] = asyncio.get_running_loop().create_future()
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, caller: str, key: str | None) -> None:
        """Serve the socket; `key` is the one that came with the handshake."""
        try:
            with self._parts.open_sockets.one_more(caller):
                self._greet(key)
                self._start(self._read())
                await asyncio.shield(self._ending)
        except TooManySocketsError as error:
            self._apply(self._conversation.refuse(str(error), "too_many_concurrent_requests"))
        finally:
            await self._put_away()
        ending = self._ending.result()
        if ending is not None:
            await self._say_goodbye(ending)

    def _greet(self, key: str | None) -> None:
        """Let in who brought a key, or who needs none; others may bring it with a message."""
        try:
            self._let_in(self._parts.access.authenticate(key).owner)
        except KeyMissingError:
            self._watch_the_time()
        except AccessError as error:
            self._apply(self._conversation.refuse(str(error), "invalid_api_key"))

    async def _read(self) -> None:
        async with aclosing(self._line.messages()) as messages:
            async for data in messages:
                self._apply(self._conversation.receive(data, self._now_s()))
        self._end(None)

    def _apply(self, orders: Sequence[Order]) -> None:
        """Do what is ordered, as far as the socket lasts; nothing here waits."""
        for order in orders:
            if self._ending.done():
                return
            self._do(order)
        self._watch_the_time()

    def _do(self, order: Order) -> None:
        match order:
            case Admit():
                self._admit(order.key)
            case Speak():
                request = replace(order.request, owner=self._owner or "")
                self._speaker(order.context, order.sounds).live.say(request)
            case Flush() | Finish():
                self._flush(order)
            case Drop():
                if speaker := self._speakers.pop(order.context, None):
                    speaker.task.cancel()
                self._start(self._line.send(order.told))
            case Tell():
                self._start(self._line.send(order.data))
            case Forward():
                self._start(self._relay(order))
            case Close():
                self._end(order)

    def _flush(self, order: Flush | Finish) -> None:
        live = self._speaker(order.context).live
        live.flush(after=order)
        if isinstance(order, Finish) and not order.lasts:
            live.end()

    def _admit(self, key: str | None) -> None:
        if self._owner is not None:
            return
        try:
            self._let_in(self._parts.access.authenticate(key).owner)
        except AccessError as error:
            self._apply(self._conversation.refuse(str(error), "invalid_api_key"))

    def _let_in(self, owner: str) -> None:
        """Find the voice at once: its first words shall not wait for it."""
        self._owner = owner
        self._start(self._find_voice(owner))
        self._watch_the_time()

    async def _find_voice(self, owner: str) -> None:
        try:
            await self._parts.timbres.find(owner, self._voice)
        except SpeechError as error:
            self._apply(self._conversation.failed(None, error))

    def _speaker(self, name: str, sounds: Sequence[int] = (1,)) -> _Speaker:
        if name not in self._speakers:
            parts, opened = self._parts, self._conversation.opened

            def heard(request: SpeechRequest) -> None:
                self._apply(self._conversation.heard(name, len(request.text), self._now_s()))

            live = LiveSpeech(parts.speaking, parts.clock, parts.pauses, heard)
            packing = Packing(parts.studio, opened.finish.to, parts.packet_s, sounds)
            task = self._start(self._speak(name, live, packing))
            self._speakers[name] = _Speaker(live, task)
        return self._speakers[name]

    async def _speak(self, name: str, live: LiveSpeech, packing: Packing) -> None:
        """Send what a context says, as it is made or as it is heard."""
        try:
            async with live:
                await self._hand_out(name, packing.packets(live))
        except SpeechError as error:
            self._apply(self._conversation.failed(name, error))

    async def _relay(self, order: Forward) -> None:
        """Send what a channel carries."""
        rate_hz = self._conversation.opened.finish.to.rate_hz
        relaying = Relaying(self._parts.relay, rate_hz, self._parts.packet_s)
        try:
            await self._hand_out(
                order.finish.context, relaying.packets(order.channel, order.finish)
            )
        except SpeechError as error:
            self._apply(self._conversation.failed(order.finish.context, error))

    async def _hand_out(self, name: str, packed: AsyncGenerator[Packet | Flushed]) -> None:
        lead_s = self._conversation.lead_s
        pacer = None if lead_s is None else Pacer(lead_s)
        async with read_ahead(packed, _READY) as packets:
            async for packet in packets:
                if isinstance(packet, Packet):
                    await self._send(packet, name, pacer)
                elif isinstance(packet.after, Finish):
                    await self._finished(packet.after)

    async def _send(self, packet: Packet, name: str, pacer: Pacer | None) -> None:
        if pacer is not None:
            await self._wait_until(pacer.due_s(self._now_s()))
            pacer.sent(packet.seconds, self._now_s())
        await self._line.send(wire.sounded(packet, self._called(name)))
        self._conversation.sent(name, self._now_s())

    async def _finished(self, order: Finish) -> None:
        if not order.lasts:
            self._speakers.pop(order.context, None)
        await self._line.send(wire.final(self._called(order.context)))
        self._apply(self._conversation.finished(order.context, self._now_s()))

    def _called(self, name: str) -> str | None:
        """Return what messages call a context: nothing, where there is but one."""
        return name if isinstance(self._conversation, Dialogue) else None

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # cancelled before its first step, a task leaves its work unbegun: that is no mistake
        task.add_done_callback(lambda _: work.close())
        return task

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        """Whatever breaks ends the socket, with a word."""
        try:
            await work
        except StalledError:
            log.warning("stalled listener cut")
            self._end(Close(BROKE, "Sound was left unread for too long."))
        except WebSocketDisconnect:
            self._end(None)
        except Exception:
            log.exception("socket broke")
            self._apply(self._conversation.refuse(BROKEN, "internal_error", BROKE))

    def _watch_the_time(self) -> None:
        """Have the rules look at the clock when they next want to."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline_s = self._conversation.deadline_s
        if deadline_s is not None and not self._ending.done():
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, deadline_s - self._now_s()), self._tick)

    def _tick(self) -> None:
        self._apply(self._conversation.tick(self._now_s()))

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

    async def _say_goodbye(self, ending: Close) -> None:
        try:
            if ending.told:
                await self._line.send(ending.told)
        except (StalledError, WebSocketDisconnect):
            return
        await self._line.close(ending.code, ending.reason)

    async def _wait_until(self, moment_s: float) -> None:
        wait_s = moment_s - self._now_s()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def _now_s(self) -> float:
        return self._parts.clock.monotonic()
