"""Relaying: what a channel carries as packets, cut as short as those of live speech."""

import math
from collections.abc import AsyncGenerator, Iterator

from application.live import Flushed
from application.packing import Packet
from domain.ports import AudioRelay

_SAMPLE_BYTES = 2


class Relaying:
    """Cuts 16-bit samples at a rate into packets of at most `longest_s`."""

    def __init__(self, relay: AudioRelay, rate_hz: int, longest_s: float) -> None:
        self._relay = relay
        self._rate_hz = rate_hz
        self._longest = max(1, math.floor(longest_s * rate_hz))

    async def packets(self, channel: str, after: object) -> AsyncGenerator[Packet | Flushed]:
        """Yield packets, and `Flushed` with `after` behind what was the last of its batch.

        `RelayDownError` and `RelayMessageError` say why there are no more.
        """
        begins_s = 0.0
        async with self._relay.listen(channel) as heard:
            async for sound in heard:
                for data in self._cut(sound.data):
                    seconds = len(data) / _SAMPLE_BYTES / self._rate_hz
                    yield Packet(data, seconds, begins_s)
                    begins_s += seconds
                if sound.last:
                    yield Flushed(after)

    def _cut(self, data: bytes) -> Iterator[bytes]:
        step = self._longest * _SAMPLE_BYTES
        for at in range(0, len(data), step):
            yield data[at : at + step]
