"""How much a folder holds, as agreed by every process that shares it."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_LINE = "{:020d} {:020d}\n"
_LINE_BYTES = 42
_CHANGING = b"!"


@dataclass(slots=True)
class Totals:
    """Entries, and the bytes of them all."""

    entries: int = 0
    size_bytes: int = 0

    def add(self, size_bytes: int) -> None:
        """Count one entry more."""
        self.entries += 1
        self.size_bytes += size_bytes

    def subtract(self, size_bytes: int) -> None:
        """Count one entry less."""
        self.entries -= 1
        self.size_bytes -= size_bytes

    @classmethod
    def read(cls, line: bytes) -> Self | None:
        """Return what a ledger says, if it says it clearly."""
        numbers = line.split()
        whole = len(line) == _LINE_BYTES and all(number.isdigit() for number in numbers)
        return cls(*map(int, numbers)) if whole and len(numbers) == 2 else None  # noqa: PLR2004


@contextmanager
def held(path: Path, count: Callable[[], Totals]) -> Iterator[Totals]:
    """Hold the totals alone; `BlockingIOError` when another process holds them.

    They are marked as changing until they are let go in peace: whoever comes after a holder that
    failed or was killed does not trust them and has them counted anew.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        totals = Totals.read(os.pread(descriptor, _LINE_BYTES + 1, 0)) or count()
        os.pwrite(descriptor, _CHANGING, 0)
        yield totals
        line = _LINE.format(totals.entries, totals.size_bytes)
        os.pwrite(descriptor, line.encode(), 0)
        os.ftruncate(descriptor, _LINE_BYTES)
    finally:
        os.close(descriptor)
