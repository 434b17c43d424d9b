"""A studio whose uploads are float32 samples as they are."""

import numpy as np
from typing_extensions import override

from domain.audio import Pcm
from domain.errors import ClipRefusedError
from domain.ports import SoundStudio
from domain.voice import Clip

RATE_HZ = 8000


def upload(seconds: float, level: float = 0.5) -> bytes:
    samples = np.full(round(seconds * RATE_HZ), level, dtype=np.float32)
    return samples.tobytes()


class FakeStudio(SoundStudio):
    """Keeps what it is given; `clean` makes the sound half as loud, so that it can be told."""

    def __init__(self) -> None:
        self.broken: Exception | None = None

    @override
    async def read_clip(self, upload: bytes) -> Pcm:
        if len(upload) % 4:
            msg = "This is no recording."
            raise ClipRefusedError(msg)
        return Pcm(np.frombuffer(upload, dtype=np.float32), RATE_HZ)

    @override
    async def pack(self, pcm: Pcm) -> Clip:
        if self.broken is not None:
            raise self.broken
        return Clip(pcm.samples.tobytes(), pcm.seconds, pcm.rate_hz)

    @override
    async def clean(self, pcm: Pcm) -> Pcm:
        return Pcm(pcm.samples * np.float32(0.5), pcm.rate_hz)
