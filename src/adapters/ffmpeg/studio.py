"""The sound studio in which ffmpeg does the work."""

import asyncio
from pathlib import Path
from typing import Self

from typing_extensions import override

from adapters.ffmpeg import program
from adapters.ffmpeg.booths import Booths
from adapters.ffmpeg.decoder import decoded
from adapters.ffmpeg.packer import packed
from domain.audio import Pcm
from domain.errors import StudioBusyError
from domain.ports import SoundStudio
from domain.voice import Clip

_ONE_MORE_S = 1.0


class FfmpegStudio(SoundStudio):
    """Decodes and packs clips, `at_once` of them; each run is ended after `timeout_s`."""

    def __init__(
        self,
        ffmpeg: str | Path | None = None,
        *,
        longest_clip_s: float = 60.0,
        at_once: int = 4,
        timeout_s: float = 20.0,
        patience_s: float = 10.0,
    ) -> None:
        self._named = ffmpeg
        self._longest_s = longest_clip_s + _ONE_MORE_S
        self._timeout_s = timeout_s
        self._booths = Booths(at_once, patience_s)
        self._program: str | None = None

    async def __aenter__(self) -> Self:
        """Find ffmpeg, or say that `RHAPSODE_FFMPEG` must name one."""
        self._program = await asyncio.to_thread(program.find, self._named)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the door; whatever still runs belongs to its caller, who cancels it."""
        self._program = None

    @override
    async def read_clip(self, upload: bytes) -> Pcm:
        async with self._booths.take():
            return await decoded(self._ffmpeg(), upload, self._longest_s, self._timeout_s)

    @override
    async def pack(self, pcm: Pcm) -> Clip:
        async with self._booths.take():
            return await packed(self._ffmpeg(), pcm, self._timeout_s)

    def _ffmpeg(self) -> str:
        if self._program is None:
            raise StudioBusyError("The studio is closed; try again when the server is ready.")
        return self._program
