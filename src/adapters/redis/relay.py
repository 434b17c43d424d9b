"""Sound that somebody publishes to a channel of Redis, heard here through its restarts."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

from redis.asyncio.client import PubSub
from typing_extensions import override

from adapters.redis.address import AWAY, client
from adapters.redis.ending import end
from adapters.redis.messages import relayed
from domain.errors import RelayDownError, SpeechError
from domain.ports import AudioRelay, Relayed

log = logging.getLogger(__name__)

_MOST_LISTENERS = 4096
_MOST_WAITING = 4
_WITHIN_S = 2.0
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 0.5


class RedisRelay(AudioRelay):
    """Gives each listener a connection of its own.

    One who is slow is read no faster: what waits then waits at Redis, within what that allows.
    A Redis that says nothing for `beat_s` is asked whether it lives.
    """

    def __init__(self, url: str, *, patience_s: float, beat_s: float = _WITHIN_S) -> None:
        self._redis = client(url, _MOST_LISTENERS)
        self._patience_s = patience_s
        self._beat_s = beat_s

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._redis.aclose()

    @override
    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[AsyncIterator[Relayed]]:
        ear = _Ear(channel, await self._subscribed(channel))
        hearing = asyncio.create_task(self._hear(ear))
        try:
            yield ear
        finally:
            await end(hearing)
            await _closed(ear.pubsub)

    async def _hear(self, ear: "_Ear") -> None:
        """Fill the ear, from one connection after another; what ends that is put there, too."""
        try:
            while True:
                try:
                    await self._fill(ear)
                except AWAY as error:
                    log.warning("Redis went away while it was relayed from (%s)", error)
                await _closed(ear.pubsub)
                ear.pubsub = await self._subscribed(ear.channel)
        except SpeechError as error:
            await ear.put(error)
        except Exception:
            log.exception("a listener's connection to Redis broke")
            await ear.put(RelayDownError())

    async def _fill(self, ear: "_Ear") -> None:
        asked = False
        while True:
            message = await ear.pubsub.get_message(timeout=self._beat_s)
            if message is None:
                if asked:
                    raise TimeoutError("it does not answer")
                await ear.pubsub.ping()
            elif message["type"] == "message":
                await ear.put(relayed(ear.channel, message["data"]))
            asked = message is None

    async def _subscribed(self, channel: str) -> PubSub:
        """Subscribe, as often as it takes within the patience; `RelayDownError`."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + self._patience_s
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                return await self._subscribe(channel, until_s - loop.time())
            except AWAY as error:
                left_s = until_s - loop.time()
                if left_s <= 0:
                    raise RelayDownError from error
            await asyncio.sleep(min(pause_s, left_s))
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)

    async def _subscribe(self, channel: str, within_s: float) -> PubSub:
        pubsub = self._redis.pubsub()
        try:
            async with asyncio.timeout(min(_WITHIN_S, within_s)):
                await pubsub.subscribe(channel)
                while await pubsub.get_message(timeout=_WITHIN_S) is None:
                    pass
        except BaseException:
            await _closed(pubsub)
            raise
        return pubsub


class _Ear(AsyncIterator[Relayed]):
    """What one listener has still to hear; the last of it may be an error."""

    def __init__(self, channel: str, pubsub: PubSub) -> None:
        self.channel = channel
        self.pubsub = pubsub
        self._waiting: asyncio.Queue[Relayed | SpeechError] = asyncio.Queue(_MOST_WAITING)
        self._ended: SpeechError | None = None

    async def put(self, heard: Relayed | SpeechError) -> None:
        await self._waiting.put(heard)

    @override
    async def __anext__(self) -> Relayed:
        if self._ended is not None:
            raise self._ended
        heard = await self._waiting.get()
        if isinstance(heard, SpeechError):
            self._ended = heard
            raise heard
        return heard


async def _closed(pubsub: PubSub) -> None:
    """Let go of a connection, whatever state it is in."""
    with suppress(*AWAY):
        async with asyncio.timeout(_WITHIN_S):
            await pubsub.aclose()  # type: ignore[no-untyped-call]
