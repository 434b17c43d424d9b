"""Where this server's model comes from: the disk, or the one place it is published."""

from importlib.util import find_spec
from pathlib import Path

from adapters.xtts.files import ModelFiles, Search
from adapters.xtts.shop.description import Description, Part, describe, verify
from adapters.xtts.shop.download import Order, download
from adapters.xtts.shop.parcel import Onlooker
from adapters.xtts.shop.receipt import LICENCE, LICENCE_URL, Receipt
from domain.errors import UnavailableError


class ModelShop:
    """Finds, fetches, checks and describes the model; every method blocks."""

    licence = f"{LICENCE}, which allows non-commercial use only: read it at {LICENCE_URL}"

    def __init__(self, search: Search, sha256: str | None = None) -> None:
        self._search = search
        self._sha256 = sha256

    def find(self) -> ModelFiles | None:
        """Return the model to speak with, None where nobody asked for one and none can be had."""
        files = self._search.find() if _is_installed() or self._search.names_one else None
        if files is not None:
            _refuse_without_engine()
        return files

    def need(self) -> ModelFiles:
        """Return the model to speak with, or say in one sentence what is missing."""
        _refuse_without_engine()
        return self._search.need()

    def fetch(
        self,
        accepted: str,
        onlooker: Onlooker,
        *,
        folder: Path | None = None,
        revision: str = "main",
    ) -> tuple[Path, Receipt]:
        """Download the model; `accepted` says how its licence was."""
        _refuse_without_engine()
        folder = folder or self._search.own_folder
        order = Order(folder=folder, accepted=accepted, revision=revision, sha256=self._sha256)
        return folder, download(order, onlooker)

    def describe(self) -> Description:
        """Tell what can be told without loading the model."""
        return describe(self._search.need())

    def verify(self) -> tuple[Part, ...]:
        """Compare the files with what is recorded of them; return those that were compared."""
        return verify(self._search.need(), self._sha256)


def _is_installed() -> bool:
    return find_spec("TTS") is not None and find_spec("torch") is not None


def _refuse_without_engine() -> None:
    if not _is_installed():
        msg = "The XTTS engine is not installed here; in the source folder: pip install '.[xtts]'."
        raise UnavailableError(msg)
