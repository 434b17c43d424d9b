"""A child without a model: it speaks tones by the messages of the real one, and breaks on demand.

In a line's text: [die] ends it after the first chunk, [hang] silences it there, [garbage] has it
send nonsense, [cry] ends it with a traceback, [fail] fails the line, [trip] trips a guard, and
[orphan] ends it after it has started a process that holds on to its socket.
In the environment: XTTS_STAND_IN_START is how it starts (dead, silent, mad, unusable, slow or
crying), XTTS_STAND_IN_DEATHS is a file with the number of starts that die, XTTS_STAND_IN_STEP_S is
how long a chunk takes, XTTS_STAND_IN_LOG a file for all it hears, XTTS_STAND_IN_MODEL its model.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adapters.xtts.messages import (
    Beat,
    Failed,
    Learn,
    Learnt,
    Leave,
    Ready,
    Setup,
    Sound,
    Speak,
    Taken,
    ToChild,
    Tripped,
    Unusable,
)
from adapters.xtts.pipe import ChildPipe, ServerGoneError
from domain.audio import Pcm, Samples
from domain.language import XTTS_LANGUAGES
from domain.ports import Chunk, EngineCard, SpokenLine, Word
from domain.voice import Timbre

RATE_HZ = 24_000
CHARACTER = RATE_HZ // 50
STEP = 10
AHEAD_S = 1.0
WIDTH = 128
FINGERPRINT = "stand-in/1"
_BEAT_S = 0.2
_PREFIX = "XTTS_STAND_IN_"


def timbre(seed: int) -> Timbre:
    noise = np.random.default_rng(seed).standard_normal(32 * WIDTH + 512).astype(np.float32)
    latent, embedding = noise[:-512].reshape(32, WIDTH), noise[-512:]
    return Timbre(FINGERPRINT, {"gpt_cond_latent": latent, "speaker_embedding": embedding})


def sound_of(line: SpokenLine) -> Samples:
    """A tone that no other text has, twenty milliseconds a character."""
    hertz = 100.0 + zlib.crc32(line.text.encode()) % 1_000_003 / 1000
    at_s = np.arange(len(line.text) * CHARACTER) / RATE_HZ
    return (0.3 * np.sin(2 * np.pi * hertz * at_s)).astype(np.float32)


def words_of(text: str) -> list[Word]:
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    return [Word(start, end, start * CHARACTER, end * CHARACTER) for start, end in spans]


def card(slots: int) -> EngineCard:
    return EngineCard(
        name="xtts",
        fingerprint=knob("MODEL") or FINGERPRINT,
        rate_hz=RATE_HZ,
        languages=XTTS_LANGUAGES,
        speakers={name: timbre(seed) for seed, name in enumerate(("Ana Florence", "Other"))},
        default_speaker="Ana Florence",
        cloning="latents",
        alignment="energy",
        device="cpu",
        precision="fp32",
        ahead_s=AHEAD_S,
        slots=slots,
        rates=(0.5, 2.0),
    )


@dataclass
class Slot:
    line: SpokenLine
    at: int = 0
    taken: int = 0

    @property
    def parked(self) -> bool:
        return self.at * CHARACTER - self.taken >= AHEAD_S * RATE_HZ

    def next(self) -> Chunk:
        start, self.at = self.at, min(len(self.line.text), self.at + STEP)
        samples = sound_of(self.line)[start * CHARACTER : self.at * CHARACTER]
        words = [word for word in words_of(self.line.text) if start <= word.char < self.at]
        return Chunk(samples, tuple(words), self.at == len(self.line.text))


class StandIn:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.pipe = ChildPipe(sock)
        self.slots: dict[int, Slot] = {}
        self.step_s = float(knob("STEP_S") or 0.002)

    def run(self) -> None:
        while not isinstance(setup := self.pipe.hear(1.0), Setup):
            pass
        self.start(setup)
        beat_s = time.monotonic()
        while True:
            if time.monotonic() >= beat_s:
                self.pipe.tell(Beat())
                beat_s = time.monotonic() + _BEAT_S
            speaking = {k: slot for k, slot in self.slots.items() if not slot.parked}
            self.listen(0.0 if speaking else _BEAT_S)
            if speaking:
                self.step()

    def start(self, setup: Setup) -> None:
        how = knob("START")
        if how == "unusable":
            self.pipe.tell(Unusable(str(setup.files.weights), "cannot be read"))
        if how == "crying":
            print("what somebody had spoken", file=sys.stderr)  # noqa: T201
            raise RuntimeError("the stand-in cries")
        if how in {"dead", "unusable"} or unlucky():
            sys.exit(3)
        if how == "mad":
            self.sock.sendall(b"\x07\0\0\0nothing")
        if how in {"silent", "mad"}:
            time.sleep(60)
        if how == "slow":
            time.sleep(0.5)
        self.pipe.tell(Ready(card(setup.slots or 2)))

    def listen(self, within_s: float) -> None:
        message = self.pipe.hear(within_s)
        while message is not None:
            note(message)
            self.heed(message)
            message = self.pipe.hear()

    def heed(self, message: ToChild) -> None:
        match message:
            case Speak(ticket, line):
                self.slots[ticket] = Slot(line)
            case Leave(ticket):
                self.slots.pop(ticket, None)
            case Taken(ticket, samples):
                if ticket in self.slots:
                    self.slots[ticket].taken = samples
            case Learn(ticket, clips):
                self.learn(ticket, clips)

    def learn(self, ticket: int, clips: tuple[Pcm, ...]) -> None:
        time.sleep(self.step_s)
        seconds = sum(clip.seconds for clip in clips)
        if seconds > 100:
            os.kill(os.getpid(), signal.SIGKILL)
        if seconds < 0.5:
            self.pipe.tell(Failed(ticket, "There is too little of it.", refused=True))
        else:
            self.pipe.tell(Learnt(ticket, timbre(int(seconds * 1000))))

    def step(self) -> None:
        time.sleep(self.step_s)
        for ticket, slot in tuple(self.slots.items()):
            if slot.parked:
                continue
            if slot.at:
                self.suffer(ticket, slot.line.text)
            if ticket in self.slots:
                chunk = slot.next()
                self.pipe.tell(Sound(ticket, chunk))
                if chunk.last:
                    del self.slots[ticket]

    def suffer(self, ticket: int, text: str) -> None:
        if "[die]" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "[orphan]" in text:
            subprocess.Popen(("sleep", "60"))
            os.kill(os.getpid(), signal.SIGKILL)
        if "[hang]" in text:
            time.sleep(60)
        if "[garbage]" in text:
            self.sock.sendall(b"Traceback (most recent call last)")
        if "[cry]" in text:
            raise RuntimeError("the stand-in cries")
        if "[trip]" in text:
            self.pipe.tell(Tripped("silence"))
        if "[fail]" in text:
            self.pipe.tell(Failed(ticket, "Its tokens ran out."))
            del self.slots[ticket]


def knob(name: str) -> str:
    return os.environ.get(_PREFIX + name, "")


def unlucky() -> bool:
    """Whether this is one of the starts that die."""
    if not (kept := knob("DEATHS")):
        return False
    left = int(Path(kept).read_text())
    Path(kept).write_text(str(left - 1))
    return left > 0


def note(message: ToChild) -> None:
    if (log := knob("LOG")) and not isinstance(message, Setup):
        with Path(log).open("a") as file:
            shown = message.ticket, getattr(message, "samples", "")
            print(type(message).__name__, *shown, file=file)


def main() -> None:
    for interruption in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interruption, signal.SIG_IGN)
    with socket.socket(fileno=0) as sock:
        try:
            StandIn(sock).run()
        except ServerGoneError:
            return


if __name__ == "__main__":
    main()
