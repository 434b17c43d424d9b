"""The folder itself: where each entry lies, which was heard last, which has to go; all blocking."""

import errno
import heapq
import os
import re
import secrets
import stat
import time
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from itertools import product
from pathlib import Path
from typing import NamedTuple

from adapters.files.ledger import Totals, held

_KEY = re.compile(r"[0-9a-f]{64}")
_DIGITS = "0123456789abcdef"
_LEFTOVER_S = 3600.0
_CANDIDATES = 1000
_MOST_SURVEYS = 3


def is_key(key: str) -> bool:
    """Whether this can be the name of an entry; whatever else comes never becomes a path."""
    return _KEY.fullmatch(key) is not None


class _Kept(NamedTuple):
    heard_ns: int
    size_bytes: int
    path: str


class Shelf:
    """Entries in two levels of folders, drafts beside them, and the ledger of them all.

    An entry's time of modification says when it was heard last: the access time is not, because
    most disks are mounted not to keep it.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._drafts = folder / "drafts"
        self._now_ns = 0
        self._oldest: deque[_Kept] = deque()

    def place(self, key: str) -> Path:
        """Where the entry of this key lies."""
        return self._folder / key[0] / key[1] / key

    def draft(self) -> Path:
        """Return a new name to write under, where no reader looks."""
        self._drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._drafts / secrets.token_hex(16)

    def open_up(self) -> Totals:
        """Look over the whole folder once; remove leftovers, and what is beyond the limit."""
        self._drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._held() as totals:
            self._survey(totals)
            self._make_room(totals, 0)
            return totals

    def totals(self) -> Totals:
        """Return how much is kept."""
        with self._held() as totals:
            return totals

    def heard(self, path: Path) -> None:
        """Note that an entry was heard just now; one that has vanished was, nevertheless."""
        with suppress(OSError):
            os.utime(path, ns=self._stamp(), follow_symlinks=False)

    def keep(self, draft: Path, key: str) -> None:
        """Put a draft in its place, and let go of the entries heard least lately for it."""
        place = self.place(key)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.utime(draft, ns=self._stamp())
        size_bytes = draft.stat().st_size
        with self._held() as totals:
            if _size(place) != size_bytes:
                _remove(place, totals)
                self._make_room(totals, size_bytes)
                totals.add(size_bytes)
            draft.replace(place)

    def discard(self, key: str) -> None:
        """Remove what lies in the place of an entry; of folders, an empty one only."""
        with self._held() as totals:
            _remove(self.place(key), totals)

    def clear(self) -> int:
        """Remove every entry; return how many they were."""
        removed = 0
        with self._held() as totals:
            for kept in self._entries():
                Path(kept.path).unlink(missing_ok=True)
                removed += 1
            self._survey(totals)
        return removed

    def _held(self) -> AbstractContextManager[Totals]:
        return held(self._folder / "ledger", lambda: self._survey(Totals()))

    def _stamp(self) -> tuple[int, int]:
        """Return a time that rises even where the clock is turned back."""
        self._now_ns = max(self._now_ns + 1, time.time_ns())
        return self._now_ns, self._now_ns

    def _make_room(self, totals: Totals, size_bytes: int) -> None:
        surveys_in_vain = 0
        while totals.size_bytes + size_bytes > self._limit_bytes:
            if self._oldest:
                if _evict(self._oldest.popleft(), totals):
                    surveys_in_vain = 0
            elif surveys_in_vain < _MOST_SURVEYS:
                self._survey(totals)
                surveys_in_vain += 1
            else:
                raise OSError(errno.ENOSPC, "no entry can be let go", str(self._folder))

    def _survey(self, totals: Totals) -> Totals:
        """Count what is there, and note what was heard least lately, to be let go of first.

        Whatever is put or heard later is newer than all of these: nothing else has to be looked at
        until they are gone.
        """
        self._sweep()
        totals.entries = totals.size_bytes = 0
        self._oldest = deque(heapq.nsmallest(_CANDIDATES, self._counted(totals)))
        return totals

    def _counted(self, totals: Totals) -> Iterator[_Kept]:
        for kept in self._entries():
            totals.add(kept.size_bytes)
            yield kept

    def _entries(self) -> Iterator[_Kept]:
        for first, second in product(_DIGITS, repeat=2):
            for entry in _listed(self._folder / first / second):
                with suppress(FileNotFoundError):
                    if is_key(entry.name) and entry.is_file(follow_symlinks=False):
                        now = entry.stat(follow_symlinks=False)
                        yield _Kept(now.st_mtime_ns, now.st_size, entry.path)

    def _sweep(self) -> None:
        """Remove drafts that nobody writes any more."""
        for entry in _listed(self._drafts):
            with suppress(FileNotFoundError):
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > _LEFTOVER_S:
                    Path(entry.path).unlink()


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _size(path: Path) -> int | None:
    """Return the size of an entry; None where there is no file."""
    try:
        now = path.lstat()
    except FileNotFoundError:
        return None
    return now.st_size if stat.S_ISREG(now.st_mode) else None


def _remove(path: Path, totals: Totals) -> None:
    size_bytes = _size(path)
    if size_bytes is None and path.is_dir() and not path.is_symlink():
        path.rmdir()
        return
    path.unlink(missing_ok=True)
    if size_bytes is not None:
        totals.subtract(size_bytes)


def _evict(kept: _Kept, totals: Totals) -> bool:
    """Let go of an entry, unless it has gone, was heard or was replaced since it was noted."""
    path = Path(kept.path)
    with suppress(FileNotFoundError):
        if path.lstat().st_mtime_ns == kept.heard_ns:
            _remove(path, totals)
            return True
    return False
