"""Care for reference clips: read, judged, measured, and cleaned and trimmed as was asked."""

import asyncio
from dataclasses import dataclass

from domain.audio import Pcm
from domain.clip_report import ClipReport, clip_report
from domain.ports import SoundStudio
from domain.trimming import trimmed
from domain.voice import Care, check_clip


@dataclass(frozen=True, slots=True)
class Cared:
    """A clip as it was sent, as an engine is to hear it, and what is to be said of it."""

    sent: Pcm
    cared: Pcm
    report: ClipReport


async def judged(studio: SoundStudio, upload: bytes, care: Care, longest_s: float) -> Cared:
    """Take in one clip; what cannot make a voice is refused."""
    sent = await studio.read_clip(upload)
    warnings = await asyncio.to_thread(check_clip, sent, longest_s)
    cared = await cared_for(studio, sent, care)
    report = await asyncio.to_thread(
        clip_report, sent, trimmed_s=sent.seconds - cared.seconds, warnings=warnings
    )
    return Cared(sent, cared, report)


async def cared_for(studio: SoundStudio, sent: Pcm, care: Care) -> Pcm:
    """Return a clip as an engine is to hear it; silence is found best where noise is gone."""
    cared = await studio.clean(sent) if care.denoise else sent
    return await asyncio.to_thread(trimmed, cared) if care.trim_silence else cared
