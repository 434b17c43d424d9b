"""Playing aloud: the first player that is installed is fed as the sound is made."""

import re
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
_SILENT_FAILURE = re.compile(r".*(?:audio open failed|Failed to open file).*")
"""What ffplay says where it could not open a sound device, and exits with 0."""


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
            told = _passed_on(said)
    if silent := _SILENT_FAILURE.search(told):
        failure = failure or f"failed: {silent[0].strip()}"
    if failure:
        msg = f"the player {player[0]} {failure}"
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
    """Pass on all that a player said, and return it."""
    said.seek(0)
    told = said.read().decode(errors="replace")
    sys.stderr.write(told)
    return told
