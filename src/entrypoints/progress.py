"""How a download is watched: line by line in a log, or as a bar on a terminal."""

import time
from collections.abc import Callable
from typing import TextIO

from typing_extensions import override

_KB = 1_000
_MB = 1_000_000
_TENTHS = 10
_REDRAWN_S = 0.1
_BAR_WIDTH = 30
_LONGEST_NAME = 20


class Lines:
    """A line when a file begins and one for each tenth of a large one."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._name = ""
        self._size = 1
        self._tenth = 0

    def begins(self, name: str, size: int, have: int) -> None:
        """A file of so many bytes is fetched, of which some are here already."""
        self._name, self._size = name, max(1, size)
        self._tenth = self._tenth_of(have)
        here = f", {_amount(have)} of them here already" if have else ""
        self.says(f"fetching {name}, {_amount(size)}{here}")

    def advances(self, have: int) -> None:
        """So many bytes of it are here now."""
        tenth = self._tenth_of(have)
        if self._size >= _TENTHS * _MB and tenth != self._tenth:
            self._tenth = tenth
            self.says(f"{self._name} {tenth * 100 // _TENTHS} %")

    def says(self, line: str) -> None:
        """Something else is worth knowing."""
        self._tell(line)

    def close(self) -> None:
        """Nothing more comes."""

    def _tenth_of(self, have: int) -> int:
        return min(_TENTHS, have * _TENTHS // self._size)


class Bar(Lines):
    """One line that is drawn again as the file grows."""

    def __init__(self, terminal: TextIO) -> None:
        super().__init__(self._write)
        self._terminal = terminal
        self._drawn_s = 0.0
        self._open = False

    @override
    def begins(self, name: str, size: int, have: int) -> None:
        self._name, self._size = name, max(1, size)
        self._draw(have)

    @override
    def advances(self, have: int) -> None:
        if have >= self._size or time.monotonic() - self._drawn_s >= _REDRAWN_S:
            self._draw(have)

    @override
    def says(self, line: str) -> None:
        self.close()
        super().says(line)

    @override
    def close(self) -> None:
        if self._open:
            self._terminal.write("\n")
        self._open = False

    def _write(self, line: str) -> None:
        self._terminal.write(f"{line}\n")

    def _draw(self, have: int) -> None:
        self._drawn_s = time.monotonic()
        part = min(1.0, have / self._size)
        filled = "#" * round(part * _BAR_WIDTH)
        of = f"{have / _MB:.0f} of {self._size / _MB:.0f} MB"
        self._terminal.write(
            f"\r{self._name:{_LONGEST_NAME}} [{filled:{_BAR_WIDTH}}] {part:4.0%}  {of}\x1b[K"
        )
        self._terminal.flush()
        self._open = have < self._size
        if not self._open:
            self._terminal.write("\n")


def _amount(size: int) -> str:
    return f"{size / _MB:.1f} MB" if size >= _MB else f"{size / _KB:.0f} kB"
