"""One file on its way: taken up where it broke off, and placed only when whole and right."""

import os
from contextlib import closing
from pathlib import Path
from typing import Protocol

from adapters.xtts.shop.hub import Hub, RemoteFile
from adapters.xtts.shop.receipt import git_hashed, hashed
from adapters.xtts.shop.transport import BrokenError
from domain.errors import UnavailableError

_TAG_DIGITS = 16


class Onlooker(Protocol):
    """Whoever waits for a download; an error it raises ends the download, to be taken up later."""

    def begins(self, name: str, size: int, have: int) -> None:
        """A file of so many bytes is fetched, of which some are here already."""
        ...

    def advances(self, have: int) -> None:
        """So many bytes of it are here now."""
        ...

    def says(self, line: str) -> None:
        """Something else is worth knowing."""
        ...


class Parcel:
    """What has arrived lies beside its place, named after the content it is part of."""

    def __init__(self, file: RemoteFile, folder: Path) -> None:
        self.file = file
        self.place = folder / file.name
        self._part = folder / f".{file.name}.{file.tag[:_TAG_DIGITS]}.part"

    @property
    def is_there(self) -> bool:
        """Whether the file lies in its place and is the server's."""
        return self.place.is_file() and self._is_right(self.place)

    @property
    def have(self) -> int:
        """How much has arrived."""
        return self._part.stat().st_size if self._part.exists() else 0

    def fetch(self, hub: Hub, onlooker: Onlooker) -> None:
        """Bring the rest; `UnavailableError` says what to do when it does not come, or wrong."""
        onlooker.begins(self.file.name, self.file.size, self.have)
        failures = 0
        while (before := self.have) < self.file.size:
            try:
                self._take_up(hub, onlooker)
            except BrokenError as error:
                failures = 0 if self.have > before else failures
                hub.wait(self.file.name, error, failures)
                failures += 1
        self._put_in_place(hub)

    def _take_up(self, hub: Hub, onlooker: Onlooker) -> None:
        start, blocks = hub.content(self.file, self.have)
        with closing(blocks), self._part.open("ab" if start else "wb") as part:
            have = start
            for block in blocks:
                part.write(block)
                have += len(block)
                onlooker.advances(have)
                if have > self.file.size:
                    return
        if have < self.file.size:
            raise BrokenError("the connection broke off")

    def _put_in_place(self, hub: Hub) -> None:
        if not self._is_right(self._part):
            self._part.unlink()
            msg = (
                f"What {hub.host} sent as {self.file.name} does not match the hash it gave;"
                " it was thrown away, so try again."
            )
            raise UnavailableError(msg)
        with self._part.open("rb") as part:
            os.fsync(part.fileno())
        self._part.replace(self.place)
        for stale in self.place.parent.glob(f".{self.file.name}.*.part"):
            stale.unlink()

    def _is_right(self, path: Path) -> bool:
        if path.stat().st_size != self.file.size:
            return False
        if self.file.sha256:
            return hashed(path) == self.file.sha256
        return git_hashed(path) == self.file.git_sha1
