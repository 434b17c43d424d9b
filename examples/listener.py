"""Someone who listens: saves or plays 24 kHz samples, and counts what they notice."""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Coroutine, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from typing import IO

from websockets.exceptions import WebSocketException

RATE_HZ = 24_000
BYTES_A_SECOND = 2 * RATE_HZ
FFPLAY = "ffplay -nodisp -autoexit -loglevel error -f s16le -sample_rate 24000 -i -"


class Listener:
    """Takes packets as they come; `finish` tells what was heard of them."""

    def __init__(self, out: Path | None) -> None:
        self.out = out
        self.packets = 0
        self.underruns = 0
        self.samples = bytearray()
        self.sent_at = self.flushed_at = self.first_at = self.after_flush_at = 0.0
        self.heard_until = 0.0
        self.said = TemporaryFile()
        self.player = None if out else player(self.said)

    def sent(self, *, flush: bool = False) -> None:
        """Note that words went out, or a flush."""
        self.sent_at = self.sent_at or monotonic()
        if flush:
            self.flushed_at = self.flushed_at or monotonic()

    def heard(self, samples: bytes) -> None:
        """Hear a packet: real-time playback has begun with the first one."""
        now = monotonic()
        self.packets += 1
        self.samples += samples
        self.first_at = self.first_at or now
        if self.flushed_at:
            self.after_flush_at = self.after_flush_at or now
        self.underruns += 0 < self.heard_until < now
        self.heard_until = max(self.heard_until, now) + len(samples) / BYTES_A_SECOND
        if self.player and self.player.stdin:
            try:
                self.player.stdin.write(samples)
            except BrokenPipeError:
                self.play_to_the_end()

    def finish(self) -> None:
        """Save the sound or play it to its end, then print the figures."""
        if self.out:
            with self.out.open("wb") as raw, wave.open(raw, "wb") as file:
                file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
                file.writeframes(self.samples)
        self.play_to_the_end()
        print(f"first packet     {1000 * (self.first_at - self.sent_at):.1f} ms")
        if self.after_flush_at:
            print(f"after the flush  {1000 * (self.after_flush_at - self.flushed_at):.1f} ms")
        print(f"packets          {self.packets}")
        print(f"audio            {len(self.samples) / BYTES_A_SECOND:.2f} s")
        print(f"underruns        {self.underruns}")

    def play_to_the_end(self) -> None:
        """Wait for ffplay, which exits with 0 where it has no sound card, but says so."""
        if not self.player:
            return
        self.player.communicate()
        self.said.seek(0)
        told = self.said.read().decode()
        sys.stderr.write(told)
        if self.player.returncode or "audio open failed" in told:
            sys.exit("ffplay failed; use --out FILE.")
        self.player = None


def player(said: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start ffplay; what it says is kept, for who reads a pipe late holds it up."""
    if not shutil.which("ffplay"):
        sys.exit("Found no ffplay: install ffmpeg, or use --out FILE.")
    return subprocess.Popen(FFPLAY.split(), stdin=subprocess.PIPE, stderr=said)


def run(main: Coroutine[None, None, None]) -> None:
    """Run an example; what goes wrong with its socket or its file is one sentence."""
    try:
        asyncio.run(main)
    except (OSError, EOFError, WebSocketException) as error:
        sys.exit(f"Could not speak: {error}")


def words(text: str) -> Iterator[str]:
    """Yield a text in the pieces that a language model would write it in."""
    for word in text.split():
        yield f"{word} "


def arguments(about: str, text: str) -> argparse.Namespace:
    """Read what all examples have in common."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("text", nargs="?", default=text)
    parser.add_argument("--url", default="ws://127.0.0.1:8000")
    parser.add_argument("--voice", default="default")
    parser.add_argument("--language", default="en")
    parser.add_argument("--key", default="")
    parser.add_argument("--out", type=Path, help="a WAV file; without one it is played by ffplay")
    parser.add_argument("--ca", help="authority that vouches for the server, in PEM")
    given = parser.parse_args()
    os.environ.update({"SSL_CERT_FILE": given.ca} if given.ca else {})
    return given
