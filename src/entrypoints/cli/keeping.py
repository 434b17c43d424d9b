"""Keeping what is spoken: in a file, or on standard output for a program to take."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from entrypoints.settings import SettingsError

_DASH = Path("-")
_STANDARD_OUTPUT = 1


def keep(speak: Callable[[], bytes], out: Path) -> None:
    """Write what `speak` returns; where that cannot be done it is not called, for it takes long."""
    place = "standard output" if out == _DASH else str(out)
    _refuse(out)
    data = speak()
    try:
        with _opened(out) as file:
            file.write(data)
    except OSError as error:
        msg = f"cannot write {place} ({error.strerror})"
        raise SettingsError(msg) from error
    if out != _DASH:
        sys.stderr.write(f"wrote {out}\n")


def _refuse(out: Path) -> None:
    if out == _DASH:
        if os.isatty(_STANDARD_OUTPUT):
            msg = "standard output is a terminal; pipe it to a program, or use --out FILE"
            raise SettingsError(msg)
    elif out.is_dir() or not os.access(out if out.exists() else out.parent, os.W_OK):
        msg = f"cannot write {out}; name a file in a folder that is yours"
        raise SettingsError(msg)


def _opened(out: Path) -> IO[bytes]:
    """Open a file, or standard output anew: what a closed pipe left is not tried again at exit."""
    return os.fdopen(os.dup(_STANDARD_OUTPUT), "wb") if out == _DASH else out.open("wb")
