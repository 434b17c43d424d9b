"""What can be told of a model without loading it: hashes, languages, rates, speakers."""

import json
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from typing_extensions import override

from adapters.xtts.files import WEIGHTS, ModelFiles
from adapters.xtts.shop.receipt import LICENCE, LICENCE_URL, MD5, NAME, Receipt, hashed, stated_md5
from domain.errors import ModelUnusableError, UnavailableError

_LARGEST_PICKLE = 16 * 2**20
_FOREIGN = "is not the config.json of an XTTS model"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a model."""

    name: str
    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Description:
    """A model as an operator wants to see it; `origin` and `speakers` are empty if unknown."""

    folder: Path
    parts: tuple[Part, ...]
    licence: str
    origin: str
    languages: tuple[str, ...]
    heard_hz: int
    spoken_hz: int
    speakers: tuple[str, ...]


def describe(files: ModelFiles) -> Description:
    """Read a model's files; `ModelUnusableError` if one of them cannot be read."""
    receipt = Receipt.of(files.folder)
    config = _config(files.config)
    origin = f"{receipt.repository} at {receipt.commit} from {receipt.host}" if receipt else ""
    try:
        return Description(
            files.folder,
            _parts(files),
            f"{receipt.licence if receipt else LICENCE}, {LICENCE_URL}",
            origin,
            tuple(map(str, config["languages"])),
            int(config["audio"]["sample_rate"]),
            int(config["audio"]["output_sample_rate"]),
            _speakers(files.speakers) if files.speakers else (),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelUnusableError(str(files.config), _FOREIGN) from error


def verify(files: ModelFiles, sha256: str | None = None) -> tuple[Part, ...]:
    """Compare each file with what was recorded of it, and return those that were compared.

    `ModelUnusableError` names the first that differs; where nothing was recorded nobody can tell.
    """
    receipt = Receipt.of(files.folder)
    recorded = dict(receipt.files) if receipt else {}
    if sha256:
        recorded[WEIGHTS] = sha256
    parts = _parts(files)
    for part in parts:
        if (right := recorded.get(part.name)) and part.sha256 != right:
            reason = f"has the SHA-256 {part.sha256}, not the recorded {right}"
            raise ModelUnusableError(str(part.path), reason)
    compared = tuple(part for part in parts if part.name in recorded)
    if WEIGHTS not in recorded:
        compared += _by_md5(files, parts)
    if not compared:
        msg = (
            f"Nothing is recorded to compare {files.folder} with: it has no {NAME} and no {MD5};"
            " set RHAPSODE_MODEL_SHA256 to the SHA-256 that you trust."
        )
        raise UnavailableError(msg)
    return compared


def _by_md5(files: ModelFiles, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    stated = stated_md5(files.folder)
    if stated is None:
        return ()
    if hashed(files.weights, "md5") != stated:
        raise ModelUnusableError(str(files.weights), f"does not match the {MD5} beside it")
    return tuple(part for part in parts if part.name == WEIGHTS)


def _parts(files: ModelFiles) -> tuple[Part, ...]:
    return tuple(_part(name, path) for name, path in files.named.items())


def _part(name: str, path: Path) -> Part:
    try:
        return Part(name, path, path.stat().st_size, hashed(path))
    except OSError as error:
        raise ModelUnusableError(str(path), f"cannot be read ({error.strerror})") from error


def _config(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelUnusableError(str(path), f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ModelUnusableError(str(path), _FOREIGN) from error


class _Inert:
    """Stands for whatever a pickle asks for, and does nothing."""

    def __init__(self, *_: object) -> None: ...

    def __setstate__(self, state: object) -> None: ...


class _Names(pickle.Unpickler):
    """Reads a pickle's dictionaries and texts; nothing that it names is ever called."""

    @override
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        return _Inert

    @override
    def persistent_load(self, pid: Any) -> Any:
        return None


def _speakers(path: Path) -> tuple[str, ...]:
    """Name the built-in speakers; none where the file is not as torch writes it today."""
    try:
        with ZipFile(path) as archive:
            entry = next(each for each in archive.infolist() if each.filename.endswith("/data.pkl"))
            if entry.file_size > _LARGEST_PICKLE:
                return ()
            with archive.open(entry) as file:
                saved = _Names(file).load()
    except Exception:  # noqa: BLE001 - whatever it is, it names no speakers
        return ()
    return tuple(map(str, saved)) if isinstance(saved, dict) else ()
