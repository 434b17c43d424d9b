"""Where lines are spoken: keeps one child process on duty, whatever a line does to it."""

import threading
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from adapters.espeak.data import VoiceData
from adapters.espeak.deaths import Deaths
from adapters.espeak.frames import Kind
from adapters.espeak.job import Job
from adapters.espeak.process import LOST, Process
from domain.errors import EngineFailedError
from domain.ports import Chunk

_REST_S = 0.5
_STARTLESS = "The process of the embedded engine ended as it started; try again."


class Listener(Protocol):
    """Who hears a line; may have enough at any time."""

    def hear(self, chunk: Chunk) -> None:
        """Take the next chunk."""
        ...

    def wanted(self) -> bool:
        """Whether anybody still listens."""
        ...


class Stage:
    """One thread at a time opens it, speaks in it and closes it; any may `hush` or `interrupt`."""

    def __init__(self, library: Path, data: VoiceData, patience_s: float) -> None:
        self._library = library
        self._data = data
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._on_air = False
        self._deaths = Deaths()
        self._closing = threading.Event()

    def open(self) -> str:
        """Bring the first child on duty; returns its version of espeak-ng."""
        try:
            self._data.link()
            self._start()
            self._data.write_registers()
            return self._ready().version
        except BaseException:
            self.close()
            raise

    def say(self, job: Job, listener: Listener) -> None:
        """Speak the line, or as much of it as is wanted; if it kills the child, it fails."""
        process = self._ready()
        try:
            if self._begin(process, job, listener):
                self._listen(process, listener)
        except LOST as error:
            self._replace()
            raise _broken(error) from error
        finally:
            self._go_off_air()

    def hush(self) -> None:
        """Nobody wants the rest of the line that is being spoken."""
        with self._lock:
            if self._on_air and self._process is not None:
                self._on_air = False
                with suppress(OSError):
                    self._process.tell(Kind.STOP)

    def interrupt(self) -> None:
        """End the child in the middle of whatever it does; none follows it."""
        self._closing.set()
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """Leave no process and no file behind."""
        self._closing.set()
        self._bury()
        self._data.remove()

    def _begin(self, process: Process, job: Job, listener: Listener) -> bool:
        with self._lock:
            self._on_air = listener.wanted()
            if self._on_air:
                process.tell(Kind.SPEAK, job.to_bytes())
            return self._on_air

    def _listen(self, process: Process, listener: Listener) -> None:
        while (chunk := process.answer(self._patience_s)) and not chunk.last:
            listener.hear(chunk)
        self._go_off_air()
        if chunk:
            listener.hear(chunk)

    def _go_off_air(self) -> None:
        with self._lock:
            self._on_air = False

    def _ready(self) -> Process:
        """The child on duty, as soon as it can speak; another one if it has ended meanwhile."""
        process = self._process
        if process is None or process.gone():
            self._bury()
            if self._deaths.too_many:
                self._closing.wait(_REST_S)
            process = self._start()
        try:
            process.greet()
        except LOST as error:
            self._bury()
            raise EngineFailedError(_STARTLESS) from error
        return process

    def _replace(self) -> None:
        """Have the next child start at once, unless one dies after another."""
        self._bury()
        if not self._deaths.too_many:
            with suppress(EngineFailedError):
                self._start()

    def _start(self) -> Process:
        with self._lock:
            if self._closing.is_set():
                raise EngineFailedError("The engine has stopped; start the server again.")
            try:
                self._process = Process.start(self._library, self._data.path)
            except OSError as error:
                msg = f"The embedded engine cannot start its process ({error}); free some memory."
                raise EngineFailedError(msg) from error
            return self._process

    def _bury(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.close()
            self._deaths.note()


def _broken(error: Exception) -> EngineFailedError:
    how = "gave no more sign of life" if isinstance(error, TimeoutError) else "broke"
    return EngineFailedError(f"The embedded engine {how} on this text; try another one.")
