"""Tells a program that hangs from one that has nothing to do."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Watch:
    """Cries once somebody waits for an answer and nothing more is taken, or comes, for so long.

    A reader alone may wait for ever: the engine may be slow. A writer alone too: the listener may
    be. Both together wait for the program.
    """

    def __init__(self, patience_s: float, cry: Callable[[], None]) -> None:
        self._patience_s = patience_s
        self._cry = cry
        self._reader_waits = False
        self._writer_waits = False
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def reader(self) -> Iterator[None]:
        """Within, the reader waits."""
        self._reader_waits = True
        self._look()
        try:
            yield
        finally:
            self._reader_waits = False
            self._look()

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Within, the writer waits."""
        self._writer_waits = True
        self._look()
        try:
            yield
        finally:
            self._writer_waits = False
            self._look()

    def ended(self) -> None:
        """All was given: from now on every wait is for the program."""
        self._writer_waits = True
        self._look()

    def _look(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._reader_waits and self._writer_waits:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._patience_s, self._cry)
