"""What was fetched, from where, and under which licence: kept in model.json beside the files."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

NAME = "model.json"
MD5 = "hash.md5"
LICENCE = "Coqui Public Model License (CPML)"
LICENCE_URL = "https://coqui.ai/cpml"

_BLOCK_BYTES = 1024 * 1024
_LARGEST = 64 * 1024
_MD5_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Receipt:
    """A download as it was; `files` are SHA-256 by name."""

    repository: str
    commit: str
    host: str
    accepted: str
    fetched_at: str
    files: Mapping[str, str]
    licence: str = LICENCE

    def keep(self, folder: Path) -> None:
        """Write it beside the files, whole or not at all."""
        draft = folder / f".{NAME}.part"
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n", "utf-8")
        draft.replace(folder / NAME)

    def with_file(self, path: Path) -> "Receipt":
        """The receipt with one more file on it, as it lies there."""
        return replace(self, files={**self.files, path.name: hashed(path)})

    @classmethod
    def of(cls, folder: Path) -> "Receipt | None":
        """Read the receipt of a folder; None where there is none that can be read."""
        try:
            with (folder / NAME).open("rb") as file:
                kept = cls(**json.loads(file.read(_LARGEST)))
            files = {str(name): str(sha256).lower() for name, sha256 in kept.files.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return None
        return cls(**{**asdict(kept), "files": files})


def hashed(path: Path, kind: str = "sha256", before: bytes = b"") -> str:
    """The hash of a file, with something said before it if need be."""
    digest = hashlib.new(kind, before, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def git_hashed(path: Path) -> str:
    """What git calls the content of a file."""
    return hashed(path, "sha1", f"blob {path.stat().st_size}\0".encode())


def stated_md5(folder: Path) -> str | None:
    """The hash of the weights that the repository states in a file, if it states one."""
    try:
        first = (folder / MD5).read_text("ascii").split()[0].lower()
    except (OSError, ValueError, IndexError):
        return None
    return first if len(first) == _MD5_DIGITS and first.isalnum() else None
