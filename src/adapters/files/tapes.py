"""Files of one job in use: the tape that is added to, the finished file that is read."""

import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from typing_extensions import override

from adapters.files import journal
from domain.audio import HOUSE_RATE_HZ
from domain.errors.jobs import JobDamagedError
from domain.ports.jobs import ResultFile, Take, Tape

log = logging.getLogger(__name__)

Done = Callable[..., Awaitable[Any]]
"""Does what blocks in a thread of the shelf's."""


class FileTape(Tape):
    """What was spoken of a job, held by whoever adds to it."""

    def __init__(self, job_id: str, writer: journal.Writer, done: Done) -> None:
        self._job_id = job_id
        self._writer = writer
        self._done = done

    @property
    @override
    def spoken(self) -> int:
        return self._writer.spoken

    @property
    @override
    def seconds(self) -> float:
        return self._writer.samples / HOUSE_RATE_HZ

    @override
    async def append(self, take: Take) -> None:
        with whole(self._job_id, "its sound"):
            await self._done(self._writer.add, take)


class FileResult(ResultFile):
    """A file by its descriptor: it can be read on while somebody deletes it."""

    def __init__(self, file: int, done: Done) -> None:
        self._file = file
        self._size_bytes = os.fstat(file).st_size
        self._done = done

    @property
    @override
    def size_bytes(self) -> int:
        return self._size_bytes

    @override
    async def read(self, offset: int, count: int) -> bytes:
        data: bytes = await self._done(os.pread, self._file, count, offset)
        return data


@contextmanager
def whole(job_id: str, part: str) -> Iterator[None]:
    """Say plainly that files are gone or not what was written."""
    try:
        yield
    except (OSError, ValueError) as error:
        log.warning("%s of job %s cannot be used: %s", part, job_id, error)
        raise JobDamagedError(job_id, part) from error
