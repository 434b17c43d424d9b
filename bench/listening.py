"""Listeners for the benches: one HTTP stream each, timed at the socket, nothing between."""

import asyncio
import json
import math
import time
from dataclasses import dataclass, field

BYTES_PER_S = 48_000
_HEADER = 44


@dataclass
class Listened:
    """What one listener saw; times are seconds since the intended send."""

    status: int = 0
    first_audio_s: float = math.inf
    audio_s: float = 0.0
    took_s: float = 0.0
    latest_s: float = -math.inf
    """How late the latest byte was for a playback that began with the first; negative is early."""


@dataclass
class Listener:
    """Asks for one text and plays it: reads no further ahead than `ahead_s` of sound."""

    port: int
    text: str
    ahead_s: float = math.inf
    heard: Listened = field(default_factory=Listened)

    async def listen(self, due_s: float) -> Listened:
        """Send at the due moment and hear the stream to its end."""
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**14)
        try:
            writer.write(_request(self.text))
            self.heard.status = await _status(reader)
            if self.heard.status == 200:
                await self._play(reader, due_s)
        finally:
            writer.transport.abort()
        self.heard.took_s = time.monotonic() - due_s
        return self.heard

    async def _play(self, reader: asyncio.StreamReader, due_s: float) -> None:
        began_s, received = 0.0, -_HEADER
        while size := int(await reader.readline(), 16):
            left = size
            while left:
                data = await reader.read(min(left, 4096))
                now_s = time.monotonic()
                if received <= 0 < received + len(data):
                    began_s, self.heard.first_audio_s = now_s, now_s - due_s
                elif received > 0:
                    late_s = now_s - began_s - received / BYTES_PER_S
                    self.heard.latest_s = max(self.heard.latest_s, late_s)
                received, left = received + len(data), left - len(data)
                lead_s = received / BYTES_PER_S - (now_s - began_s)
                if lead_s > self.ahead_s:
                    await asyncio.sleep(lead_s - self.ahead_s)
            await reader.readline()
        self.heard.audio_s = received / BYTES_PER_S


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else math.nan


def _request(text: str) -> bytes:
    body = json.dumps({"text": text, "language": "en"}).encode()
    head = (
        "POST /tts_stream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


async def _status(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    return int(head.split()[1])
