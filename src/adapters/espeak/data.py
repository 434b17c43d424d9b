"""The folder espeak-ng reads: its own data by link, and our registers of its voices."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from adapters.espeak.variants import OCTAVES, Variant, file_name, read_variants
from domain.errors import EngineFailedError

_LONGEST_PATH = 140
_DICTIONARY = re.compile(r"^\s*dictionary\s+(\S+)", re.MULTILINE)
_LANGUAGE = re.compile(r"^\s*language\s+([^\s-]+)", re.MULTILINE)


class VoiceData:
    """A short-lived folder beside the installed data, which is never written to."""

    def __init__(self, installed: Path) -> None:
        self._installed = installed
        self._folder = tempfile.TemporaryDirectory(prefix="rhapsode-")
        self.path = Path(self._folder.name)
        self.variants: tuple[Variant, ...] = read_variants(installed / "voices" / "!v")

    def link(self) -> None:
        """Show espeak-ng all its data but the voices."""
        if len(str(self.path)) > _LONGEST_PATH:
            msg = f"espeak-ng cannot read from {self.path}; set TMPDIR to a shorter path."
            raise EngineFailedError(msg)
        for entry in self._installed.iterdir():
            if entry.name != "voices":
                (self.path / entry.name).symlink_to(entry)
        (self.path / "voices" / "!v").mkdir(parents=True)

    def write_registers(self) -> None:
        """Lay out every speaker in every octave; done ahead, so that speaking never writes."""
        registers = self.path / "voices" / "!v"
        for index, variant in enumerate(self.variants):
            for octave in OCTAVES:
                (registers / file_name(index, octave)).write_text(variant.register(octave))

    def speakable(self, identifiers: Sequence[str]) -> frozenset[str]:
        """Those language voices whose dictionary is installed: the others would say nothing."""
        return frozenset(name for name in identifiers if self._has_dictionary(name))

    def remove(self) -> None:
        """Leave nothing behind."""
        self._folder.cleanup()

    def _has_dictionary(self, identifier: str) -> bool:
        file = self._installed / "lang" / identifier
        if not file.is_file():
            return False
        text = file.read_text("utf-8", "replace")
        stated = _DICTIONARY.search(text) or _LANGUAGE.search(text)
        return stated is not None and (self._installed / f"{stated[1]}_dict").is_file()
