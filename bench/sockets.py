"""Many paced sockets at once: how well the lead is held, who runs dry, how soon a flush is heard.

`python -m bench.sockets [--sockets 100] [--turns 6]`. Every socket sends turns as a voice agent
does: words in pieces, a flush, and the next turn a moment after the last sound was played. All is
measured where a client would: the lead just before a packet arrives, against what was asked for,
and playback that begins 60 ms after the first packet. The first packet of a turn has no lead.
"""

import argparse
import asyncio
import gc
import json
import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from typing_extensions import override
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from bench.listening import percentile
from bench.serving import machine, server

_RATE_BYTES = 48_000
_TARGET_S = 0.02
_BUFFER_S = 0.06
_PIECE_S = 0.02
_THINKS_S = 1.0
_SILENCE_S = 0.25
_INIT = {"type": "ttsInitRequest", "audio_format": "pcm_24000", "target_lead_ms": 20}
_TURNS = (
    "Thank you for waiting. I have found your booking for two nights, from Friday on. ",
    "The room looks out on the harbour, and breakfast is served until half past ten. ",
    "Shall I send the confirmation to the same address as the last time you were here? ",
    "There is one more thing: the lift is being repaired, so we have moved you downstairs. ",
)


@dataclass
class Heard:
    """What all listeners saw; times in seconds."""

    errors_s: list[float] = field(default_factory=list)
    firsts_s: list[float] = field(default_factory=list)
    longest_packet_s: float = 0.0
    packets: int = 0
    audio_s: float = 0.0
    underruns: int = 0


class _Ear(asyncio.Protocol):
    """A client whose clock is read where its bytes arrive: no task of its own stands between."""

    def __init__(self, port: int, heard: Heard) -> None:
        uri = parse_uri(f"ws://127.0.0.1:{port}/v1/text-to-speech/espeak/stream-input")
        self._wire = ClientProtocol(uri)
        self._heard = heard
        self._flushed_s = self._began_s = self._received_s = 0.0
        self._starved = False
        self.opened = asyncio.Event()
        self.closed = asyncio.Event()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._wire.send_request(self._wire.connect())
        self._pass_on()

    @override
    def data_received(self, data: bytes) -> None:
        now_s = time.monotonic()
        self._wire.receive_data(data)
        for event in self._wire.events_received():
            if not isinstance(event, Frame):
                self.opened.set()
            elif event.opcode is Opcode.TEXT:
                self._hear(bytes(event.data), now_s)
        self._pass_on()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()

    def send(self, message: str) -> None:
        self._wire.send_text(message.encode())
        self._pass_on()

    def flush(self) -> None:
        """Flush: what arrives from now on belongs to a new turn."""
        self.send('{"flush":true}')
        self._flushed_s, self._received_s, self._starved = time.monotonic(), 0.0, False

    def left_s(self) -> float:
        """How much is left to be heard of the turn; infinite before its first sound."""
        if not self._received_s:
            return math.inf
        return self._began_s + self._received_s - time.monotonic()

    def end_turn(self) -> None:
        self._heard.audio_s += self._received_s
        self._heard.underruns += self._starved

    def _hear(self, message: bytes, now_s: float) -> None:
        seconds = _seconds(message)
        if not seconds:
            return
        heard = self._heard
        if not self._received_s:
            self._began_s = now_s
            heard.firsts_s.append(now_s - self._flushed_s)
        else:
            lead_s = self._received_s - (now_s - self._began_s)
            heard.errors_s.append(abs(lead_s - _TARGET_S))
            self._starved = self._starved or lead_s + _BUFFER_S < 0
        self._received_s += seconds
        heard.packets += 1
        heard.longest_packet_s = max(heard.longest_packet_s, seconds)

    def _pass_on(self) -> None:
        for data in self._wire.data_to_send():
            if data:
                self._transport.write(data)


async def _talk(port: int, number: int, turns: int, heard: Heard) -> None:
    chance = random.Random(number)  # noqa: S311 - the same turns in every run
    await asyncio.sleep(chance.uniform(0, 5))
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_connection(lambda: _Ear(port, heard), "127.0.0.1", port)
    await ear.opened.wait()
    ear.send(json.dumps(_INIT))
    for turn in range(turns):
        await _turn(ear, _TURNS[(number + turn) % len(_TURNS)])
        await asyncio.sleep(chance.uniform(0, _THINKS_S))
    ear.send('{"text":""}')
    await ear.closed.wait()
    transport.close()


async def _turn(ear: _Ear, text: str) -> None:
    """Say one thing and hear it to its end: as long as it lasts, and nothing comes behind it."""
    for word in text.split():
        ear.send(json.dumps({"text": f"{word} "}))
        await asyncio.sleep(_PIECE_S)
    ear.flush()
    while (left_s := ear.left_s()) > -_SILENCE_S:  # noqa: ASYNC110 - more may come and be heard
        await asyncio.sleep(_SILENCE_S if math.isinf(left_s) else left_s + _SILENCE_S)
    ear.end_turn()


def _seconds(message: bytes) -> float:
    """Return how much sound a message brings; to decode it all would keep the other listeners."""
    _, _, audio = message.partition(b'"audio":"')
    data = audio[: audio.find(b'"')]
    return (len(data) // 4 * 3 - data[-2:].count(b"=")) / _RATE_BYTES


async def _all(port: int, sockets: int, turns: int) -> Heard:
    heard = Heard()
    async with asyncio.TaskGroup() as tasks:
        for number in range(sockets):
            tasks.create_task(_talk(port, number, turns, heard))
    return heard


def _row(sockets: int, heard: Heard, took_s: float) -> str:
    errors = [each * 1000 for each in heard.errors_s]
    firsts = [each * 1000 for each in heard.firsts_s]
    cells = [
        str(sockets),
        *(f"{percentile(errors, share):.1f}" for share in (0.5, 0.99)),
        *(f"{percentile(firsts, share):.1f}" for share in (0.5, 0.95)),
        str(heard.underruns),
        f"{heard.longest_packet_s * 1000:.0f}",
        f"{heard.audio_s / took_s:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; the exit code says whether anybody ran dry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, nargs="+", default=[1, 100])
    parser.add_argument("--turns", type=int, default=6)
    chosen = parser.parse_args(arguments)
    print(f"Paced sockets over loopback, embedded engine, 20 ms of lead; {machine()}\n")
    print(
        "| sockets | lead error p50 ms | p99 ms | flush to first audio p50 ms | p95 ms"
        " | underruns at 60 ms | longest packet ms | s of sound a s |"
    )
    print(f"|{' --- |' * 8}")
    underruns = 0
    # a search for garbage would stop all listeners, and count as the server's lateness
    gc.disable()
    with server() as port:
        asyncio.run(_all(port, 2, 1))
        for sockets in chosen.sockets:
            began_s = time.monotonic()
            heard = asyncio.run(_all(port, sockets, chosen.turns))
            print(_row(sockets, heard, time.monotonic() - began_s), flush=True)
            underruns += heard.underruns
    raise SystemExit(underruns > 0)


if __name__ == "__main__":
    main()
