"""One child process from the server's side: started, spoken to, heard, killed."""

import io
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

from adapters.espeak.frames import HEADER_SIZE, Kind, framed, opened, read_chunk
from domain.errors import EngineFailedError
from domain.ports import Chunk

LOST = (OSError, EOFError, ValueError)
"""What is raised where a child is spoken to or heard that is gone, hangs or has gone mad."""

_STARTS_WITHIN_S = 30.0
_SOURCES = Path(__file__).parents[2]
_COMMAND = ("-P", "-m", "adapters.espeak.worker")


class Process:
    """A child that may be gone at any moment."""

    def __init__(self, popen: subprocess.Popen[bytes], line: socket.socket) -> None:
        self._popen = popen
        self._line = line
        self._ear = io.BufferedReader(socket.SocketIO(line, "r"))
        self.version = ""

    @classmethod
    def start(cls, library: Path, folder: Path) -> Self:
        """Start one, without waiting until it can speak."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                popen = subprocess.Popen(  # noqa: S603 - our own module in our own interpreter
                    (sys.executable, *_COMMAND, str(library), str(folder)),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=_environment(),
                    start_new_session=True,
                )
        except OSError:
            ours.close()
            raise
        return cls(popen, ours)

    def greet(self) -> None:
        """Wait until it can speak and has said which version of espeak-ng it loaded."""
        if not self.version:
            kind, body = self.hear(_STARTS_WITHIN_S)
            if kind is not Kind.READY:
                raise EngineFailedError(body.decode())
            self.version = body.decode()

    def gone(self) -> bool:
        """Whether it has ended."""
        return self._popen.poll() is not None

    def tell(self, kind: Kind, body: bytes = b"") -> None:
        """Send it a frame."""
        self._line.sendall(framed(kind, body))

    def hear(self, patience_s: float) -> tuple[Kind, bytearray]:
        """Its next frame, or `TimeoutError` when it gives no sign for so long."""
        self._line.settimeout(patience_s)
        kind, length = opened(self._read(HEADER_SIZE))
        return kind, self._read(length)

    def answer(self, patience_s: float) -> Chunk | None:
        """The next of the line it speaks; None when it has stopped as it was told to."""
        kind, body = self.hear(patience_s)
        if kind is Kind.FAILED:
            reason = body.decode("utf-8", "replace")
            msg = f"espeak-ng could not speak this line ({reason}); try another text."
            raise EngineFailedError(msg)
        return None if kind is Kind.STOPPED else read_chunk(kind, body)

    def kill(self) -> None:
        """End it; any thread may, even while another one hears it."""
        self._popen.kill()

    def close(self) -> None:
        """End it and leave nothing of it behind."""
        self._popen.kill()
        self._popen.wait()
        self._line.close()

    def _read(self, size: int) -> bytearray:
        body = bytearray(size)
        if size and self._ear.readinto(body) < size:
            msg = "the child has ended"
            raise EOFError(msg)
        return body


def _environment() -> dict[str, str]:
    """The server's own, and where our sources are; BLAS starts no threads to idle in the child."""
    paths = (str(_SOURCES), os.environ.get("PYTHONPATH"))
    path = os.pathsep.join(filter(None, paths))
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
