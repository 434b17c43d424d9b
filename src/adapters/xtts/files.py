"""The files an XTTS-v2 model consists of."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where each of them is; a checkpoint without built-in speakers has no file of them."""

    config: Path
    weights: Path
    vocabulary: Path
    speakers: Path | None = None
