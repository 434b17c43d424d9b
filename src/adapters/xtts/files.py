"""The files an XTTS-v2 model consists of, and the places where they may lie."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.errors import ModelUnusableError

CONFIG = "config.json"
WEIGHTS = "model.pth"
VOCABULARY = "vocab.json"
SPEAKERS = "speakers_xtts.pth"
HOW_TO_GET_IT = "get one with `rhapsode model download --accept-license`"

_OURS = "xtts-v2"
_COQUIS = Path("tts", "tts_models--multilingual--multi-dataset--xtts_v2")


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where each of them is; a checkpoint without built-in speakers has no file of them."""

    config: Path
    weights: Path
    vocabulary: Path
    speakers: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder of the weights, which names the model."""
        return self.weights.parent

    @property
    def named(self) -> dict[str, Path]:
        """Each file by the name it has in a checkpoint."""
        named = {CONFIG: self.config, WEIGHTS: self.weights, VOCABULARY: self.vocabulary}
        return named | ({SPEAKERS: self.speakers} if self.speakers else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What an operator said about where the model is; a file named alone outranks the folder."""

    data_dir: Path
    folder: Path | None = None
    config: Path | None = None
    weights: Path | None = None
    vocabulary: Path | None = None
    speakers: Path | None = None

    @property
    def own_folder(self) -> Path:
        """Where a download goes unless told otherwise."""
        return self.data_dir / "models" / _OURS

    @property
    def alone(self) -> dict[str, Path]:
        """The files named one by one."""
        said = {
            CONFIG: self.config,
            WEIGHTS: self.weights,
            VOCABULARY: self.vocabulary,
            SPEAKERS: self.speakers,
        }
        return {name: path for name, path in said.items() if path is not None}

    @property
    def names_one(self) -> bool:
        """Whether the operator named a model, or part of one."""
        return self.folder is not None or bool(self.alone)

    def find(self) -> ModelFiles | None:
        """Return the model, or None where nobody named one and none lies about.

        One that was named and is not whole raises `ModelUnusableError`.
        """
        if named := self.folder or (self.weights.parent if self.weights else None):
            return self._whole(named)
        for folder in self._usual_places():
            if not self._missing(folder):
                return self._whole(folder)
        return self._whole(self.own_folder) if self.alone else None

    def need(self) -> ModelFiles:
        """Return the model; `ModelUnusableError` says how to get one."""
        files = self.find()
        if files is None:
            reason = f"holds no XTTS-v2 model, nor does {coquis_folder()}; {HOW_TO_GET_IT}"
            raise ModelUnusableError(str(self.own_folder), reason)
        return files

    def _usual_places(self) -> Iterator[Path]:
        yield coquis_folder()
        yield self.own_folder.parent
        yield self.own_folder

    def _whole(self, folder: Path) -> ModelFiles:
        if missing := self._missing(folder):
            why = "" if _holds(folder.is_dir) else " (there is no such folder)"
            raise ModelUnusableError(str(folder), f"lacks {_listed(missing)}{why}")
        speakers = self._place(folder, SPEAKERS)
        return ModelFiles(
            self._place(folder, CONFIG),
            self._place(folder, WEIGHTS),
            self._place(folder, VOCABULARY),
            speakers if _is_file(speakers) else None,
        )

    def _missing(self, folder: Path) -> list[str]:
        """Name the files that are not there; one named alone by the path it was given."""
        alone = self.alone
        names = (CONFIG, WEIGHTS, VOCABULARY, *(alone.keys() & {SPEAKERS}))
        absent = [name for name in names if not _is_file(self._place(folder, name))]
        return [str(alone.get(name, name)) for name in absent]

    def _place(self, folder: Path, name: str) -> Path:
        return self.alone.get(name, folder / name)


def coquis_folder() -> Path:
    """Where coqui's own program keeps XTTS-v2."""
    said = os.environ.get("TTS_HOME") or os.environ.get("XDG_DATA_HOME")
    usual = "~/Library/Application Support" if sys.platform == "darwin" else "~/.local/share"
    home = Path(said or usual)
    try:
        return home.expanduser() / _COQUIS
    except RuntimeError:  # a user without a home, as in many containers
        return home / _COQUIS


def _is_file(path: Path) -> bool:
    return _holds(path.is_file)


def _holds(fact: Callable[[], bool]) -> bool:
    try:
        return fact()
    except OSError:
        return False


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
