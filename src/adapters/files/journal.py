"""What was spoken of a job, on disk: samples in one file, a line for each passage in another.

A passage counts once its line is written, which happens when its samples are on the disk. A kill
leaves at most a tail behind that no whole line speaks of; it is cut off before anything is added.
Samples are 16 bits with a scale for each passage, so that none is ever too loud or too faint.
"""

import errno
import fcntl
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np

from domain.audio import Samples
from domain.ports.jobs import Take
from domain.script import TimedWord

_BYTES = 2
_TOP = 32767.0
_SUM = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One passage: how many samples it has, what they are multiplied by, and its words."""

    passage: int
    samples: int
    scale: float
    words: tuple[TimedWord, ...]

    def packed(self) -> bytes:
        """Return it with a checksum before it."""
        words = [[word.text, round(word.start_s, 4), round(word.end_s, 4)] for word in self.words]
        told = json.dumps([self.passage, self.samples, self.scale, words]).encode()
        return b"%08x %b\n" % (zlib.crc32(told), told)

    @classmethod
    def unpacked(cls, line: bytes) -> Self | None:
        """Read a line; None unless it is whole."""
        told = line[_SUM + 1 : -1]
        if line[-1:] != b"\n" or line[:_SUM] != b"%08x" % zlib.crc32(told):
            return None
        passage, samples, scale, words = json.loads(told)
        return cls(passage, samples, scale, tuple(TimedWord(*word) for word in words))


def lines(journal: BinaryIO) -> Iterator[tuple[Line, int]]:
    """Yield the whole lines in order, each with where it ends."""
    end = 0
    for number, data in enumerate(journal):
        line = Line.unpacked(data)
        if line is None or line.passage != number:
            return
        end += len(data)
        yield line, end


def blocks(folder: Path, least: int) -> Iterator[Samples]:
    """Yield the sound, in pieces of at least so many samples until the last."""
    held: list[Samples] = []
    count = 0
    with (folder / "journal").open("rb") as journal, (folder / "sound").open("rb") as sound:
        for line, _ in lines(journal):
            held.append(_loaded(sound, line))
            count += line.samples
            if count >= least:
                yield np.concatenate(held)
                held, count = [], 0
    if held:
        yield np.concatenate(held)


def _loaded(sound: BinaryIO, line: Line) -> Samples:
    data = sound.read(line.samples * _BYTES)
    if len(data) != line.samples * _BYTES:
        raise ValueError("the sound is shorter than its journal")
    samples: Samples = np.frombuffer(data, "<i2") * np.float32(line.scale / _TOP)
    return samples


class Writer:
    """Adds passages, alone: `BlockingIOError` where somebody else does."""

    def __init__(self, folder: Path) -> None:
        self._journal = _opened(folder / "journal")
        try:
            fcntl.flock(self._journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._sound = _opened(folder / "sound")
        except BaseException:
            os.close(self._journal)
            raise
        self.spoken = self.samples = self._journal_end = 0
        self._resume(folder)

    def add(self, take: Take) -> None:
        """Write a passage: its samples first, and its line when they are safe."""
        peak = float(np.max(np.abs(take.samples), initial=1e-6))
        data = np.rint(take.samples * np.float32(_TOP / peak)).astype("<i2").tobytes()
        line = Line(self.spoken, len(take.samples), peak, take.words).packed()
        try:
            _put(self._sound, data, self.samples * _BYTES)
            _put(self._journal, line, self._journal_end)
        except OSError:
            self._cut()
            raise
        self.spoken += 1
        self.samples += len(take.samples)
        self._journal_end += len(line)

    def close(self) -> None:
        """Let go of the files and of the lock."""
        os.close(self._sound)
        os.close(self._journal)

    def _resume(self, folder: Path) -> None:
        there = os.fstat(self._sound).st_size // _BYTES
        with (folder / "journal").open("rb") as journal:
            for line, end in lines(journal):
                if self.samples + line.samples > there:
                    break
                self.spoken += 1
                self.samples += line.samples
                self._journal_end = end
        self._cut()

    def _cut(self) -> None:
        os.ftruncate(self._sound, self.samples * _BYTES)
        os.ftruncate(self._journal, self._journal_end)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _put(file: int, data: bytes, at: int) -> None:
    """Write all of it and wait until it is on the disk."""
    rest: Any = memoryview(data)
    while rest:
        written = os.pwrite(file, rest, at)
        if not written:
            raise OSError(errno.ENOSPC, "nothing more can be written")
        rest, at = rest[written:], at + written
    os.fdatasync(file)
