"""One encoding program at work: its process, and our ends of its pipes."""

import asyncio
import os
import resource
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress

from adapters.ffmpeg.pipes import Inlet, Outlet, narrow_pipe
from adapters.ffmpeg.process import Bounds, kill, limit, start
from adapters.ffmpeg.watch import Watch
from domain.errors import StudioBusyError

_GIVEN_ROOM_BYTES = 16 * 1024
_MADE_ROOM_BYTES = 8 * 1024
_LONGEST_WORK_S = 24 * 3600.0
_NICE = 5
_BROKE_OFF = "ffmpeg broke off while it encoded; try again in a moment."


class Line:
    """Takes bytes and gives bytes until it is closed, which ends the program at once."""

    def __init__(self, process: Process, inlet: int, outlet: int, patience_s: float) -> None:
        self._process = process
        self._watch = Watch(patience_s, self._hangs)
        self._patience_s = patience_s
        self._inlet = Inlet(inlet, self._watch.writer)
        self._outlet = Outlet(outlet, self._watch.reader)
        self._wrong = _BROKE_OFF
        self._ended = False

    @classmethod
    async def open(cls, command: Sequence[str], opening: bytes, patience_s: float) -> "Line":
        """Start the program and give it its first bytes; it may not run yet."""
        theirs_in, ours_in = narrow_pipe(_GIVEN_ROOM_BYTES)
        ours_out, theirs_out = narrow_pipe(_MADE_ROOM_BYTES)
        try:
            os.write(ours_in, opening)
            process = await start(command, theirs_in, theirs_out)
        except BaseException as e:
            os.close(ours_in)
            os.close(ours_out)
            if isinstance(e, OSError):
                raise StudioBusyError("ffmpeg could not be started; try again in a moment.") from e
            raise
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        _bound(process.pid)
        return cls(process, ours_in, ours_out, patience_s)

    @property
    def runs(self) -> bool:
        """Whether the program still takes what it is given."""
        return not self._inlet.is_cut

    async def write(self, data: memoryview) -> None:
        """Give all of it; `StudioBusyError` when the program is gone or hangs."""
        try:
            await self._inlet.write(data)
        except OSError as e:
            raise StudioBusyError(self._wrong) from e

    def end(self) -> None:
        """Nothing more is given."""
        self._ended = True
        self._inlet.close()
        self._watch.ended()

    async def read(self) -> bytes:
        """Return what was made, and none once the program has ended well."""
        try:
            data = await self._outlet.read()
        except OSError as e:
            raise StudioBusyError(self._wrong) from e
        if not data and not await self._ended_well():
            raise StudioBusyError(self._wrong)
        return data

    async def aclose(self) -> None:
        """End the program at once, with all it started; no trace of it is left."""
        # the number of one that ended well may be another's by now
        if self._process.returncode != 0:
            kill(self._process.pid)
        self._inlet.close()
        self._outlet.close()
        await self._process.wait()

    async def _ended_well(self) -> bool:
        """Having closed its output, a program has little left to do."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                return await self._process.wait() == 0 and self._ended
        return False

    def _hangs(self) -> None:
        self._wrong = f"ffmpeg gave no answer for {self._patience_s:g} s; try again in a moment."
        kill(self._process.pid)


def _bound(pid: int) -> None:
    """Leave the engine its processor, and the machine its memory."""
    limit(pid, Bounds(_LONGEST_WORK_S, resource.RLIM_INFINITY))
    # a server that is nice already may not make its programs less so
    with suppress(ProcessLookupError, PermissionError):
        os.setpriority(os.PRIO_PROCESS, pid, _NICE)
