"""The sound studio in which ffmpeg does the work."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Self

from typing_extensions import override

from adapters.ffmpeg import program
from adapters.ffmpeg.booths import Booths
from adapters.ffmpeg.cleaning import cleaned
from adapters.ffmpeg.decoder import decoded
from adapters.ffmpeg.encoding import Encoding
from adapters.ffmpeg.mastering import mastered
from adapters.ffmpeg.packer import packed
from domain.audio import Pcm
from domain.errors import StudioBusyError
from domain.formats import AudioFormat
from domain.loudness import Mastered, Target
from domain.ports import Encoder, SoundStudio
from domain.voice import Clip

_ONE_MORE_S = 1.0
_FINISHED_WITHIN_S = 60.0
_MOST_UNFINISHED = 1024


class FfmpegStudio(SoundStudio):
    """Works on whole sounds, `at_once` of them; each run is ended after `timeout_s` and a bit.

    `encoders` streams are encoded at once, and up to `spares` programs stand ready for the formats
    used in the last minute. An encoder that owes an answer for `timeout_s` is ended. Unless
    `marked` is false, every container says that its sound is synthetic.
    """

    def __init__(
        self,
        ffmpeg: str | Path | None = None,
        *,
        longest_clip_s: float = 60.0,
        at_once: int = 4,
        timeout_s: float = 20.0,
        patience_s: float = 10.0,
        encoders: int = 128,
        spares: int = 4,
        marked: bool = True,
    ) -> None:
        self._named = ffmpeg
        self._longest_s = longest_clip_s + _ONE_MORE_S
        self._timeout_s = timeout_s
        self._booths = Booths(at_once, patience_s)
        # what was spoken already is worth a wait
        self._finishing = Booths(
            at_once, _FINISHED_WITHIN_S, "speeches are being finished", waiting=_MOST_UNFINISHED
        )
        self._encoding = Encoding(
            self._ffmpeg,
            at_once=encoders,
            patience_s=patience_s,
            timeout_s=timeout_s,
            spares=spares,
            marked=marked,
        )
        self._program: str | None = None

    async def __aenter__(self) -> Self:
        """Find ffmpeg, or say that `RHAPSODE_FFMPEG` must name one."""
        self._program = await asyncio.to_thread(program.find, self._named)
        await self._encoding.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the door; whatever still runs belongs to its caller, who cancels it."""
        self._program = None
        await self._encoding.__aexit__()

    @override
    async def read_clip(self, upload: bytes) -> Pcm:
        async with self._booths.take():
            return await decoded(self._ffmpeg(), upload, self._longest_s, self._timeout_s)

    @override
    async def pack(self, pcm: Pcm) -> Clip:
        async with self._booths.take():
            return await packed(self._ffmpeg(), pcm, self._timeout_s)

    @override
    async def clean(self, pcm: Pcm) -> Pcm:
        async with self._finishing.take():
            return await cleaned(self._ffmpeg(), pcm, self._timeout_s)

    @override
    async def master(self, pcm: Pcm, target: Target) -> Mastered:
        async with self._finishing.take():
            return await mastered(self._ffmpeg(), pcm, target, self._timeout_s)

    @override
    def encoder(
        self, to: AudioFormat, *, whole: bool = False, clean: bool = False
    ) -> AbstractAsyncContextManager[Encoder]:
        return self._encoding.encoder(to, whole=whole, clean=clean)

    def _ffmpeg(self) -> str:
        if self._program is None:
            raise StudioBusyError("The studio is closed; try again when the server is ready.")
        return self._program
