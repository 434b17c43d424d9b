"""Playing aloud: the first player that is installed is fed as the sound is made."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO, cast

from entrypoints.settings import SettingsError

_PLAYERS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-i", "-"),
    ("aplay", "--quiet", "-"),
    ("pw-cat", "--playback", "-"),
    ("play", "-q", "-t", "wav", "-"),
)
_SILENT_FAILURES = "ffplay"
"""Exits with 0 where it could not open a sound device: only what it says tells."""
_LIBRARY = "ALSA lib"
"""What the library says of a device that was tried in vain, or of a gap."""


def play(feed: Callable[[Callable[[bytes], object]], None]) -> None:
    """Play what `feed` writes; what the player says goes to standard error in the end."""
    player = next((known for known in _PLAYERS if shutil.which(known[0])), None)
    if player is None:
        names = ", ".join(known[0] for known in _PLAYERS)
        msg = f"found no player ({names}); install ffmpeg or alsa-utils, or use --out FILE"
        raise SettingsError(msg)
    with TemporaryFile() as said:
        try:
            failure = _played(player, feed, said)
        finally:
            complaint = _passed_on(said)
    if complaint and player[0] == _SILENT_FAILURES:
        failure = failure or "failed"
    if failure:
        msg = f"the player {player[0]} {failure}{f': {complaint}' if complaint else ''}"
        raise SettingsError(msg)


def _played(
    player: tuple[str, ...],
    feed: Callable[[Callable[[bytes], object]], None],
    said: IO[bytes],
) -> str | None:
    """Return what went wrong."""
    try:
        with subprocess.Popen(player, stdin=subprocess.PIPE, stderr=said) as process:  # noqa: S603 - our table
            feed(cast("IO[bytes]", process.stdin).write)
    except BrokenPipeError:
        return "stopped before the speech ended"
    return f"failed with code {process.returncode}" if process.returncode else None


def _passed_on(said: IO[bytes]) -> str:
    """Pass on all that a player said, and return its last complaint."""
    said.seek(0)
    told = said.read().decode(errors="replace")
    sys.stderr.write(told)
    complaints = [line.strip() for line in told.splitlines() if not line.startswith(_LIBRARY)]
    return next(filter(None, reversed(complaints)), "")
