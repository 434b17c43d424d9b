"""Streams and whole sounds led through an encoder."""

import asyncio

import numpy as np

from domain.audio import Samples
from domain.formats import AudioFormat
from domain.ports import Encoder, SoundStudio


async def streamed(
    studio: SoundStudio, to: AudioFormat, samples: Samples, *, clean: bool = False
) -> bytes:
    """Write in chunks of a tenth of a second while another task reads."""
    async with studio.encoder(to, clean=clean) as encoder, asyncio.TaskGroup() as tasks:
        tasks.create_task(poured(encoder, samples, to.rate_hz // 10))
        return await everything(encoder)


async def whole(studio: SoundStudio, to: AudioFormat, samples: Samples) -> bytes:
    """One task alone writes, then reads."""
    async with studio.encoder(to, whole=True) as encoder:
        await poured(encoder, samples, len(samples) // 2)
        return await everything(encoder)


async def poured(encoder: Encoder, samples: Samples, step: int) -> None:
    for part in np.split(samples, range(step, len(samples), step)):
        await encoder.write(part)
    await encoder.end()


async def everything(encoder: Encoder) -> bytes:
    data = bytearray()
    while some := await encoder.read():
        data += some
    return bytes(data)
