"""What the use cases need of a sound studio: it decodes, cleans, masters and encodes."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from domain.audio import Pcm, Samples
from domain.formats import AudioFormat
from domain.loudness import Mastered, Target
from domain.voice import Clip


class Encoder(Protocol):
    """Makes a format of a stream; it works while its manager is entered, and is gone after."""

    async def write(self, samples: Samples) -> None:
        """Take samples at the format's rate; waits while the reader is far behind."""
        ...

    async def end(self) -> None:
        """No more samples come."""
        ...

    async def read(self) -> bytes:
        """Return the next bytes as soon as there are any, and none once the last were read.

        One task may write while another reads. `StudioBusyError` when the encoder broke off.
        """
        ...


class SoundStudio(Protocol):
    """Reads what people upload, and finishes what they get; `StudioBusyError` when tools fail."""

    async def read_clip(self, upload: bytes) -> Pcm:
        """Decode an upload at its own rate, mixed to mono; `ClipRefusedError` says what is wrong.

        Reads nothing but these bytes, and at most one second more than the longest clip allowed.
        """
        ...

    async def pack(self, pcm: Pcm) -> Clip:
        """Return the sound as a lossless clip to keep."""
        ...

    async def clean(self, pcm: Pcm) -> Pcm:
        """Return the sound with less steady noise, as long as it was."""
        ...

    async def master(self, pcm: Pcm, target: Target) -> Mastered:
        """Bring a whole sound to a loudness by one constant gain, its peaks under the ceiling."""
        ...

    def encoder(
        self, to: AudioFormat, *, whole: bool = False, clean: bool = False
    ) -> AbstractAsyncContextManager[Encoder]:
        """Encode one stream; `whole` lets headers wait for the end, so that they tell the length.

        Entering starts what must be started and waits for nothing. `clean` takes steady noise out
        on the way, which delays a stream by some tens of milliseconds. The writer of a whole sound
        need not be another task than its reader.
        """
        ...
