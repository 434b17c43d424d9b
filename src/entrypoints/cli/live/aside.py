"""Writing on a thread of its own, so that who listens in real time does not hold up the clock."""

from collections.abc import Callable
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Self

_MOST_PACKETS = 2**14


class Aside:
    """Hands packets over in order; what goes wrong there is raised at the next one, or at the end.

    Once so many packets wait, whoever writes waits as well.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._packets: Queue[bytes | None] = Queue(_MOST_PACKETS)
        self._broke: OSError | None = None
        self._thread = Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._packets.put(None)
        self._thread.join()
        if error is None:
            self._look()

    def write(self, data: bytes) -> None:
        """Have a packet written."""
        self._look()
        self._packets.put(data)

    def _look(self) -> None:
        if self._broke is not None:
            raise self._broke

    def _work(self) -> None:
        while (data := self._packets.get()) is not None:
            try:
                if self._broke is None:
                    self._write(data)
            except OSError as error:
                self._broke = error
