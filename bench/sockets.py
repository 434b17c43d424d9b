"""Many paced sockets at once: how well the lead is held, who runs dry, how soon a flush is heard.

`python -m bench.sockets [--sockets 100] [--turns 6]`. Every socket sends turns as a voice agent
does: words in pieces, a flush, and the next turn a moment after the last sound was played. All is
measured where a client would: the lead just before a packet arrives, against what was asked for,
and playback that begins 60 ms after the first packet. The first packet of a turn has no lead.
"""

import argparse
import asyncio
import json
import random
import time
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect

from bench.listening import percentile
from bench.serving import machine, server

_RATE_BYTES = 48_000
_TARGET_S = 0.02
_BUFFER_S = 0.06
_PIECE_S = 0.02
_THINKS_S = 1.0
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


async def _talk(port: int, number: int, turns: int, heard: Heard) -> None:
    chance = random.Random(number)  # noqa: S311 - the same turns in every run
    await asyncio.sleep(chance.uniform(0, 5))
    address = f"ws://127.0.0.1:{port}/v1/text-to-speech/espeak/stream-input"
    async with connect(address, compression=None) as socket:
        await socket.send(json.dumps(_INIT))
        for turn in range(turns):
            await _turn(socket, _TURNS[(number + turn) % len(_TURNS)], heard)
            await asyncio.sleep(chance.uniform(0, _THINKS_S))
        await socket.send('{"text":""}')
        async for _ in socket:
            pass


async def _turn(socket: ClientConnection, text: str, heard: Heard) -> None:
    """Say one thing and hear it to its end: as long as it lasts, and nothing comes behind it."""
    for word in text.split():
        await socket.send(json.dumps({"text": f"{word} "}))
        await asyncio.sleep(_PIECE_S)
    await socket.send('{"flush":true}')
    flushed_s = time.monotonic()
    began_s, received_s, starved = 0.0, 0.0, False
    while True:
        try:
            async with asyncio.timeout(5.0 if not received_s else _TARGET_S + 0.25):
                message = await socket.recv()
        except TimeoutError:
            break
        now_s = time.monotonic()
        seconds = len(b64decode(json.loads(message)["audio"])) / _RATE_BYTES
        if not received_s:
            began_s = now_s
            heard.firsts_s.append(now_s - flushed_s)
        else:
            lead_s = received_s - (now_s - began_s)
            heard.errors_s.append(abs(lead_s - _TARGET_S))
            starved = starved or lead_s + _BUFFER_S < 0
        received_s += seconds
        heard.packets += 1
        heard.longest_packet_s = max(heard.longest_packet_s, seconds)
    heard.audio_s += received_s
    heard.underruns += starved


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
