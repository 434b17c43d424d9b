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
    @override
    async def read_clip(self, upload: bytes) -> Pcm:
        if len(upload) % 4:
            msg = "This is no recording."
            raise ClipRefusedError(msg)
        return Pcm(np.frombuffer(upload, dtype=np.float32), RATE_HZ)

    @override
    async def pack(self, pcm: Pcm) -> Clip:
        return Clip(pcm.samples.tobytes(), pcm.seconds, pcm.rate_hz)
