"""Sound relayed within this process: whoever publishes waits for the slowest listener."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from typing_extensions import override

from domain.errors import RelayMessageError
from domain.ports import AudioRelay, Relayed

_MOST_WAITING = 64
_SAMPLE_BYTES = 2


class MemoryRelay(AudioRelay):
    """Carries sound between tasks of one loop; nobody hears what came before they listened."""

    def __init__(self, most_waiting: int = _MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._ears: defaultdict[str, list[_Ear]] = defaultdict(list)

    async def publish(self, channel: str, sound: Relayed) -> int:
        """Give sound to all who listen; return how many they are. `RelayMessageError`."""
        if len(sound.data) % _SAMPLE_BYTES:
            raise RelayMessageError(channel, "its audio ends within a 16-bit sample")
        ears = tuple(self._ears.get(channel, ()))
        for ear in ears:
            await ear.hear(sound)
        return len(ears)

    @override
    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[AsyncIterator[Relayed]]:
        ear = _Ear(self._most_waiting)
        self._ears[channel].append(ear)
        try:
            yield ear
        finally:
            ear.leave()
            self._ears[channel].remove(ear)
            if not self._ears[channel]:
                del self._ears[channel]


class _Ear(AsyncIterator[Relayed]):
    def __init__(self, most_waiting: int) -> None:
        self._waiting: asyncio.Queue[Relayed] = asyncio.Queue(most_waiting)
        self._gone = False

    async def hear(self, sound: Relayed) -> None:
        if not self._gone:
            await self._waiting.put(sound)

    def leave(self) -> None:
        """Hold nobody up any more who waits for this ear."""
        self._gone = True
        while not self._waiting.empty():
            self._waiting.get_nowait()

    @override
    async def __anext__(self) -> Relayed:
        return await self._waiting.get()
