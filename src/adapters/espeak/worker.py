"""The child process: owns espeak-ng, speaks one line after another, and may die of any of them."""

import contextlib
import os
import resource
import select
import shutil
import signal
import socket
import sys
from pathlib import Path

from typing_extensions import override

from adapters.espeak.frames import HEADER_SIZE, Kind, framed, framed_chunk, opened
from adapters.espeak.job import Job
from adapters.espeak.library import RATE_HZ, Espeak, Pcm16
from adapters.espeak.native import Mark
from adapters.espeak.speaker import Hearer, Speaker
from adapters.espeak.tape import Tape
from domain.errors import EngineFailedError

_FIRST = int(0.06 * RATE_HZ)
_GROWTH = 2
_LONGEST_CPU_S = 10.0
_STDERR = 2


class Outlet(Hearer):
    """Sends a line to the server as it is made, ever more of it at a time.

    The server says nothing while a line is made, but for `STOP` or by its own end: whatever there
    is to be read means that nobody wants the rest.
    """

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        self._poll = select.poll()
        self._poll.register(server, select.POLLIN)
        self._tape: Tape | None = None
        self._enough = _FIRST

    @override
    def ready(self, tape: Tape) -> None:
        self._tape = tape

    @override
    def hear(self, samples: Pcm16, marks: list[Mark]) -> bool:
        if self._tape is None or not self.wanted():
            return False
        self._tape.write(samples, marks)
        if self._tape.ready >= self._enough:
            self._enough *= _GROWTH
            self._send(self._tape)
        return True

    @override
    def wanted(self) -> bool:
        return not self._poll.poll(0)

    def end(self) -> None:
        """The line is whole, or was left."""
        if self._tape is None or not self.wanted():
            self._server.sendall(framed(Kind.STOPPED))
            return
        self._tape.finish()
        self._send(self._tape)

    def _send(self, tape: Tape) -> None:
        chunk = tape.take()
        if chunk is None:
            return
        head, samples = framed_chunk(chunk)
        sent = self._server.sendmsg((head, samples)) - len(head)
        self._server.sendall(samples[sent:])
        # whoever this wakes may have been put behind us, on the processor that we keep busy
        os.sched_yield()


def serve(server: socket.socket, espeak: Espeak) -> None:
    """Speak what is asked for until the server is no more."""
    speaker = Speaker(espeak)
    while len(header := server.recv(HEADER_SIZE, socket.MSG_WAITALL)) == HEADER_SIZE:
        kind, length = opened(header)
        body = server.recv(length, socket.MSG_WAITALL) if length else b""
        if kind is Kind.SPEAK:
            # Who runs in circles in C would outlive a server that cannot kill it any more.
            signal.setitimer(signal.ITIMER_PROF, _LONGEST_CPU_S)
            _speak(speaker, Job.from_bytes(body), server)


def _speak(speaker: Speaker, job: Job, server: socket.socket) -> None:
    outlet = Outlet(server)
    try:
        speaker.say(job, outlet)
        outlet.end()
    except ConnectionError:
        raise
    except Exception as error:  # noqa: BLE001 - the server learns of it; the next line is spoken
        server.sendall(framed(Kind.FAILED, str(error).encode("utf-8", "replace")))


def _mute() -> None:
    """Keep out of the log what espeak-ng has to say about texts: who sends them could fill it."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), _STDERR)


def main() -> None:
    """Speak for the server at the other end of standard input."""
    library, folder = map(Path, sys.argv[1:])
    # The server alone decides when to end: it may have streams to finish after Ctrl-C or `stop`.
    for interruption in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interruption, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=0) as server, contextlib.suppress(ConnectionError):
        try:
            espeak = Espeak.open(library, folder)
        except EngineFailedError as error:
            server.sendall(framed(Kind.FAILED, str(error).encode()))
            return
        server.sendall(framed(Kind.READY, espeak.version.encode()))
        _mute()
        serve(server, espeak)
    # Only the end of the server leads here: what it would have removed is left to its child.
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
