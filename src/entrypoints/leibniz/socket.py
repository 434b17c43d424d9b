"""The socket `/api/v1/stream`: one task reads, one speaks, and the rules tell what is next."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from litestar import websocket
from litestar.di import Provide
from litestar.exceptions import WebSocketDisconnect

from application.access import Access
from application.speaking import Speaking
from domain.errors import SpeechCancelledError, SpeechError
from domain.loudness import Target
from domain.ports import Clock
from domain.session import SessionState, session_id
from domain.speech import SpeechRequest
from entrypoints.errors import BROKEN
from entrypoints.given import Given
from entrypoints.guards import OPEN, key_of
from entrypoints.keys import bare_key
from entrypoints.leibniz.faults import INTERNAL, failed
from entrypoints.leibniz.telling import Telling
from entrypoints.leibniz.turns import Turn, Turns
from entrypoints.leibniz.wire import stream as wire
from entrypoints.settings import Settings
from entrypoints.sockets import Line, OpenSockets, Socket, StalledError, counted_as

log = structlog.get_logger()

ENDED, POLICY, BROKE = 1000, 1008, 1011
IDLE_S = 180.0
_IDLE = f"Nothing was asked for {IDLE_S:g} s."
_UNREAD = "Sound was left unread for too long."


@dataclass(frozen=True, slots=True)
class Parts:
    """What a socket needs of the house."""

    access: Access
    speaking: Speaking
    clock: Clock
    open_sockets: OpenSockets
    usual: Target
    packet_s: float
    stall_timeout_s: float


@dataclass(frozen=True, slots=True)
class Opened:
    """What the handshake settled."""

    session_id: str
    owner: str
    binary: bool


@dataclass(frozen=True, slots=True)
class Close:
    """How a socket ends whose client is still there."""

    code: int
    reason: str
    told: bytes = b""


class Stream:
    """Serves one socket: the requests in turn, all of them under one session's id."""

    def __init__(self, line: Line, opened: Opened, parts: Parts) -> None:
        self._line = line
        self._opened = opened
        self._parts = parts
        self._turns = Turns()
        self._asked = asyncio.Event()
        self._rest = asyncio.timeout(IDLE_S)
        self._breath: asyncio.Timeout | None = None

    async def run(self) -> None:
        """Serve until the client is gone or must go; the engine is free of it by then."""
        ending: Close | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                speaking = tasks.create_task(self._speak_each())
                ending = await self._read()
                speaking.cancel()
        except* StalledError:
            log.warning("stalled listener cut")
            ending = Close(BROKE, _UNREAD)
        except* WebSocketDisconnect:
            log.debug("client left while it was told something")
        except* Exception:
            log.exception("socket broke")
            ending = Close(BROKE, BROKEN, wire.failed(INTERNAL, BROKEN).data)
        if ending is not None:
            await self._line.close(ending.code, ending.reason, ending.told)

    async def _read(self) -> Close | None:
        """Heed messages until the client is gone, or has asked nothing for long."""
        try:
            async with self._rest, aclosing(self._line.messages()) as messages:
                await self._tell(wire.connected(self._opened.session_id))
                async for data in messages:
                    await self._heed(data)
                    self._watch_the_time()
        except TimeoutError:
            if not self._rest.expired():
                raise
            return Close(ENDED, _IDLE)
        return None

    async def _heed(self, data: str | bytes) -> None:
        try:
            message = wire.decode_message(data)
            if isinstance(message, wire.Cancel):
                self._cancel()
            else:
                self._turns.ask(message)
                self._asked.set()
        except SpeechError as error:
            await self._tell(failed(error))

    def _cancel(self) -> None:
        """Interrupt what is spoken: a turn may go on until its time is up, and now it is."""
        self._turns.cancel()
        if self._breath is not None and not self._breath.expired():
            self._breath.reschedule(0.0)

    async def _speak_each(self) -> None:
        """Answer every request in its turn, with one `complete` or one error."""
        while await self._asked.wait():
            self._asked.clear()
            while turn := self._turns.next():
                self._watch_the_time()
                await self._tell(await self._answered(turn))
            self._watch_the_time()

    async def _answered(self, turn: Turn) -> wire.Message:
        """Speak, and return what is told at the end: the engine is free by then."""
        opened, parts = self._opened, self._parts
        telling = Telling(opened.session_id, parts.packet_s, binary=opened.binary)
        request = wire.speech_request(turn.asked, parts.usual, opened.session_id, opened.owner)
        try:
            if not turn.cancelled:
                await self._speak_unless_interrupted(request, telling)
        except SpeechCancelledError:
            self._turns.cancel()
        except SpeechError as error:
            return failed(error)
        return telling.complete(cancelled=turn.cancelled)

    async def _speak_unless_interrupted(self, request: SpeechRequest, telling: Telling) -> None:
        breath = asyncio.timeout(None)
        try:
            async with breath as self._breath:
                await self._speak(request, telling)
        except TimeoutError:
            if not breath.expired():
                raise
        finally:
            self._breath = None

    async def _speak(self, request: SpeechRequest, telling: Telling) -> None:
        clock = self._parts.clock
        began_s = clock.monotonic()
        async with aclosing(await self._parts.speaking.begin(request)) as stream:
            telling.begin(
                stream.passages,
                clock.monotonic() - began_s,
                cached=stream.session.remembered,
                warnings=stream.warnings,
            )
            async for sound in stream:
                for message in telling.heard(sound):
                    # what is there already must not keep the client's cancel from being read
                    await asyncio.sleep(0)
                    await self._tell(message)
        if stream.session.state is SessionState.CANCELLED:
            raise SpeechCancelledError(stream.session.id)
        for message in telling.ended():
            await self._tell(message)

    async def _tell(self, message: wire.Message) -> None:
        await self._line.send(message.data, binary=message.binary)

    def _watch_the_time(self) -> None:
        """Be patient with who listens, and for so long with who does nothing."""
        idle = self._turns.idle
        self._rest.reschedule(asyncio.get_running_loop().time() + IDLE_S if idle else None)


def stream_parts(
    access: Given[Access],
    speaking: Given[Speaking],
    clock: Given[Clock],
    open_sockets: Given[OpenSockets],
    settings: Given[Settings],
) -> Parts:
    """Return what a socket is served with."""
    return Parts(
        access=access,
        speaking=speaking,
        clock=clock,
        open_sockets=open_sockets,
        usual=settings.target,
        packet_s=settings.packet_ms / 1000,
        stall_timeout_s=settings.stall_timeout_s,
    )


@websocket("/stream", opt=OPEN, dependencies={"parts": Provide(stream_parts, sync_to_thread=False)})
async def stream(socket: Socket, parts: Given[Parts]) -> None:
    """Speak what is asked for, request by request."""
    await socket.accept()
    line = Line(socket, parts.stall_timeout_s)
    try:
        query = wire.decode_query(dict(socket.query_params.items()))
        caller = parts.access.authenticate(key_of(socket) or bare_key(query.authorization))
        opened = Opened(session_id(query.session_id), caller.owner, query.binary)
        with parts.open_sockets.one_more(counted_as(socket, caller)):
            await Stream(line, opened, parts).run()
    except SpeechError as error:
        await line.close(POLICY, str(error), failed(error).data)
