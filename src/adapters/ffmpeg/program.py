"""Where ffmpeg is: the one that was named, or the one that comes with imageio-ffmpeg."""

import shutil
from pathlib import Path

import imageio_ffmpeg

from domain.errors import StudioBusyError


def find(named: str | Path | None) -> str:
    """Return the program to run; it may start a process to try what it found."""
    if named is not None:
        return _runnable(str(named), "RHAPSODE_FFMPEG")
    try:
        bundled: str = imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as e:
        msg = "There is no ffmpeg here; set RHAPSODE_FFMPEG to one that runs on this machine."
        raise StudioBusyError(msg) from e
    return _runnable(bundled, "imageio-ffmpeg")


def _runnable(name: str, origin: str) -> str:
    found = shutil.which(name)
    if found is None:
        msg = (
            f"{origin} names {name!r} as ffmpeg, which is not a program that can be run;"
            " set RHAPSODE_FFMPEG to the path of one."
        )
        raise StudioBusyError(msg)
    return str(Path(found).absolute())
