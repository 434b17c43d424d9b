"""Lets torchaudio be imported beside a CPU build of torch: its only Linux wheel wants CUDA.

What XTTS takes from it, resampling and mel spectrograms, is plain torch. Only its compiled
extension does not load, so a stand-in says that there is none.
"""

import sys
from collections.abc import Callable
from types import ModuleType

import torch

_EXTENSION = "torchaudio._extension"


class _NoExtension(ModuleType):
    """What torchaudio asks its extension, answered with no."""

    _IS_TORCHAUDIO_EXT_AVAILABLE = False
    _IS_ALIGN_AVAILABLE = False

    @staticmethod
    def fail_if_no_align(function: Callable[..., object]) -> Callable[..., object]:
        """Leave alone what would need the extension: nobody here calls it."""
        return function


def mend() -> None:
    """Call it before the first import of torchaudio; it does nothing where CUDA is at hand."""
    if torch.version.cuda is None and _EXTENSION not in sys.modules:
        sys.modules[_EXTENSION] = _NoExtension(_EXTENSION)
