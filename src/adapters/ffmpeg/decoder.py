"""An upload decoded by the guarded command: nothing but these bytes, only formats named here."""

import asyncio

import ffmpeg
import numpy as np

from adapters.ffmpeg import wav
from adapters.ffmpeg.process import Bounds, ProgramGaveUpError, run
from domain.audio import Pcm, Samples
from domain.errors import ClipRefusedError, StudioBusyError

LOWEST_HZ, HIGHEST_HZ = 4_000, 384_000

_CONTAINERS = "wav,mp3,flac,ogg,matroska,mov,aac"
_CODECS = "pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,mp3,mp3float,flac,vorbis,opus,libopus,aac"
_BYTES_OF_SAMPLE = 4
_HEADER_ROOM = 64 * 1024


async def decoded(program: str, upload: bytes, longest_s: float, timeout_s: float) -> Pcm:
    """Return at most `longest_s` seconds of the upload's first sound track."""
    if not upload:
        raise ClipRefusedError("The upload is empty; send a recording of the speaker.")
    most = round(longest_s * HIGHEST_HZ) * _BYTES_OF_SAMPLE + _HEADER_ROOM
    try:
        made = await run(_command(program, longest_s), upload, Bounds(timeout_s, most))
        return await asyncio.to_thread(_heard, made)
    except ProgramGaveUpError as e:
        msg = (
            "The upload holds no sound that can be read;"
            " send wav, mp3, flac, ogg (vorbis or opus), webm or m4a/aac."
        )
        raise ClipRefusedError(msg) from e
    except wav.NotFloatWavError as e:
        raise StudioBusyError("ffmpeg gave no sound back; check RHAPSODE_FFMPEG.") from e


def check_sound(pcm: Pcm) -> None:
    """Refuse what is no sound, and rates that no voice is recorded at and FLAC might not keep."""
    if not len(pcm.samples):
        raise ClipRefusedError("The clip lasts 0 s; send a recording of the speaker.")
    if not LOWEST_HZ <= pcm.rate_hz <= HIGHEST_HZ:
        msg = (
            f"The clip has {pcm.rate_hz} samples a second;"
            f" it must have between {LOWEST_HZ} and {HIGHEST_HZ}."
        )
        raise ClipRefusedError(msg)
    if not np.isfinite(_peak(pcm.samples)):
        raise ClipRefusedError("The clip holds samples that are not numbers; export it again.")


def _heard(made: bytearray) -> Pcm:
    """Read what ffmpeg made; what overshoots full scale, as decoded MP3 does, is turned down."""
    pcm = wav.read(made)
    check_sound(pcm)
    peak = _peak(pcm.samples)
    return pcm if peak <= 1.0 else Pcm(pcm.samples / np.float32(peak), pcm.rate_hz)


def _peak(samples: Samples) -> float:
    """Return the loudest moment, without another array of the clip's size; NaN shows through."""
    return float(np.maximum(np.max(samples), -np.min(samples)))


def _command(program: str, longest_s: float) -> list[str]:
    source = ffmpeg.input(
        "fd:",
        fd=0,
        threads=1,
        protocol_whitelist="fd",
        format_whitelist=_CONTAINERS,
        codec_whitelist=_CODECS,
    )
    sink = ffmpeg.output(
        source["a:0"],
        "pipe:1",
        format="wav",
        acodec="pcm_f32le",
        ac=1,
        # without this, two channels are added and a voice in the middle is 3 dB too loud
        af="aresample=rematrix_maxval=1",
        t=longest_s,
        map_metadata=-1,
        vn=None,
        sn=None,
        dn=None,
    )
    alone = [program, "-nostdin", "-hide_banner", "-loglevel", "error"]
    command: list[str] = ffmpeg.compile(sink, cmd=alone)
    return command
