"""One child process from the server's side: started, spoken to, heard, ended, never left behind."""

import asyncio
import math
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

from adapters.xtts.last_words import LastWords
from adapters.xtts.messages import FromChild, Ready, Setup, ToChild, Unusable
from adapters.xtts.pipe import FrameBrokenError, ServerPipe
from domain.errors import EngineFailedError, ModelUnusableError

LOST = (OSError, EOFError, FrameBrokenError)
"""What is raised where a child is heard that is gone or has gone mad."""

_SOURCES = Path(__file__).parents[2]
_GLANCE_S = 0.002
_LAST_WORDS_WITHIN_S = 0.2
_STARTLESS = "The process of the XTTS engine ended before it was ready; see the server's log."


class Child:
    """It may be gone at any moment; whoever started it closes it."""

    def __init__(self, popen: subprocess.Popen[bytes], sock: socket.socket) -> None:
        self._popen = popen
        self._sock = sock
        self._pipe: ServerPipe | None = None
        self._words = LastWords()

    @classmethod
    def start(cls, worker: str) -> Self:
        """Start one, which then has to be connected and greeted."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                popen = subprocess.Popen(  # noqa: S603 - our own module in our own interpreter
                    (sys.executable, "-P", "-m", worker),
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env=_environment(),
                    start_new_session=True,
                )
        except OSError:
            ours.close()
            raise
        return cls(popen, ours)

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._popen.pid

    @property
    def unsent(self) -> int:
        """How many bytes it has not taken in yet."""
        return self._pipe.unsent if self._pipe else 0

    async def greet(self, setup: Setup) -> Ready:
        """Have it load the model; returns when it can speak."""
        try:
            self._pipe = await ServerPipe.over(self._sock)
            await self._words.listen(self._popen.stderr)
            self.tell(setup)
            while not isinstance(message := await self.hear(), Ready):
                if isinstance(message, Unusable):
                    raise ModelUnusableError(message.path, message.reason)
        except LOST as error:
            raise EngineFailedError(_STARTLESS) from error
        return message

    def tell(self, message: ToChild) -> None:
        """Say something; never waits."""
        if self._pipe is not None:
            self._pipe.tell(message)

    async def hear(self) -> FromChild:
        """Return what it says next, or raise one of `LOST`."""
        if self._pipe is None:
            raise EOFError("nobody has greeted the child")
        return await self._pipe.hear()

    def gone(self) -> bool:
        """Whether it has ended; it is not buried yet, so that its number stays its own."""
        if self._popen.returncode is not None:
            return True
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, options) is not None

    def kill(self) -> None:
        """End it and all that it started; whoever hears it learns at once."""
        if self._popen.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        if self._pipe is not None:
            self._pipe.drop()

    async def close(self, grace_s: float = 0.0) -> str:
        """Leave nothing of it behind; returns how it ended, and what it said of that.

        Who dies of itself closes its socket first: the grace lets it say why before it is killed.
        """
        try:
            await self._until_gone(grace_s)
            asked = not self.gone()
            self.kill()
            await self._until_gone()
            if not asked:
                await self._words.wait(_LAST_WORDS_WITHIN_S)
        finally:
            self.bury()
        return _epitaph(self._popen.returncode, self._words.read())

    async def _until_gone(self, within_s: float = math.inf) -> None:
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s and not self.gone():  # noqa: ASYNC110 - death tells nobody
            await asyncio.sleep(_GLANCE_S)

    def bury(self) -> None:
        """Do the same at once, where nothing can be awaited any more."""
        self.kill()
        self._popen.wait()
        self._sock.close()
        self._words.close()
        if self._popen.stderr is not None:
            self._popen.stderr.close()


def _epitaph(code: int, words: str) -> str:
    how = f"by signal {-code}" if code < 0 else f"with code {code}"
    return f"{how}:\n{words}" if words else how


def _environment() -> dict[str, str]:
    """The server's own, and where our sources are."""
    paths = (str(_SOURCES), os.environ.get("PYTHONPATH"))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
