"""One run of ffmpeg from memory to memory: bounded in time, memory and output, and never orphaned.

Input and output are anonymous files in memory: seekable as mov and FLAC want them, with no pipe to
fill up and no name to leave behind, and the kernel itself stops a program that writes too much.
"""

import asyncio
import math
import os
import resource
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from io import BufferedRandom

from typing_extensions import Buffer

from domain.errors import StudioBusyError

# a file can make ffmpeg end itself like this; any other signal came from outside
_OWN_FAULTS = frozenset(
    {
        signal.SIGABRT,
        signal.SIGBUS,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGSEGV,
        signal.SIGSYS,
        signal.SIGTRAP,
        signal.SIGXCPU,
        signal.SIGXFSZ,
    },
)
_ASKED_TO_STOP = 255
# neither keys nor FFREPORT, which would have it write a log wherever it says
_INHERITED = ("PATH", "LD_LIBRARY_PATH")


class ProgramGaveUpError(Exception):
    """It ran, and could make nothing of what it was given."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one run may take."""

    seconds: float
    output_bytes: int
    memory_bytes: int = 2**30


async def run(command: Sequence[str], given: Buffer, bounds: Bounds) -> bytearray:
    """Return what the command made of the bytes at its standard input.

    `ProgramGaveUpError` when it could not, `StudioBusyError` when it was not its own doing.
    """
    try:
        with _memory() as source, _memory() as sink:
            await asyncio.to_thread(_fill, source, given)
            code = await _finished(command, source, sink, bounds)
            output = await asyncio.to_thread(_everything, sink)
    except TimeoutError as e:
        msg = f"ffmpeg took longer than {bounds.seconds:g} s; try again, or send a shorter clip."
        raise StudioBusyError(msg) from e
    except OSError as e:
        raise StudioBusyError("ffmpeg could not be started; try again in a moment.") from e
    _judge(code)
    return output


def _judge(code: int) -> None:
    if code == 0:
        return
    if code == _ASKED_TO_STOP or (code < 0 and -code not in _OWN_FAULTS):
        raise StudioBusyError("ffmpeg was stopped while it worked; try again in a moment.")
    raise ProgramGaveUpError


async def _finished(
    command: Sequence[str], source: BufferedRandom, sink: BufferedRandom, bounds: Bounds
) -> int:
    async with asyncio.timeout(bounds.seconds), _started(command, source, sink) as process:
        limit(process.pid, bounds)
        return await process.wait()


@asynccontextmanager
async def _started(
    command: Sequence[str], source: BufferedRandom, sink: BufferedRandom
) -> AsyncIterator[Process]:
    process = await start(command, source.fileno(), sink.fileno())
    try:
        yield process
    finally:
        if process.returncode != 0:
            kill(process.pid)
            await process.wait()


async def start(command: Sequence[str], stdin: int, stdout: int) -> Process:
    """Start a program in a session of its own; it learns none of our secrets.

    Whoever is cancelled meanwhile leaves nothing behind of what it may have started by then.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *command,
            stdin=stdin,
            stdout=stdout,
            stderr=DEVNULL,
            cwd="/",
            env={name: os.environ[name] for name in _INHERITED if name in os.environ},
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        ending = asyncio.ensure_future(_end_if_it_starts(starting))
        while not ending.done():
            # whoever is cancelled once more must not leave it behind either
            with suppress(asyncio.CancelledError):
                await asyncio.wait({ending})
        raise


async def _end_if_it_starts(starting: asyncio.Future[Process]) -> None:
    with suppress(OSError):
        process = await starting
        kill(process.pid)
        await process.wait()


def kill(leader: int) -> None:
    """End a program that `start` returned, with all it started."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def limit(pid: int, bounds: Bounds) -> None:
    """Bound a program that has just begun.

    From outside, because `preexec_fn` runs Python between fork and exec, where a lock that another
    thread held is held for ever. The moment before it holds is still under the wall clock.
    """
    limits = {
        resource.RLIMIT_CPU: math.ceil(bounds.seconds),
        resource.RLIMIT_AS: bounds.memory_bytes,
        resource.RLIMIT_FSIZE: bounds.output_bytes,
        resource.RLIMIT_CORE: 0,
    }
    with suppress(ProcessLookupError):
        for kind, wanted in limits.items():
            _, hard = resource.prlimit(pid, kind)
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.prlimit(pid, kind, (most, most))


@contextmanager
def _memory() -> Iterator[BufferedRandom]:
    with os.fdopen(os.memfd_create("sound"), "w+b") as file:
        yield file


def _fill(source: BufferedRandom, content: Buffer) -> None:
    source.write(content)
    source.seek(0)


def _everything(sink: BufferedRandom) -> bytearray:
    content = bytearray(sink.seek(0, os.SEEK_END))
    sink.seek(0)
    sink.readinto(content)
    return content
