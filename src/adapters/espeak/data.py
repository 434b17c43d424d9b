"""The folder espeak-ng reads: its own data by link, and our registers of its voices."""

import tempfile
from pathlib import Path

from adapters.espeak.variants import OCTAVES, Variant, file_name
from domain.errors import EngineFailedError

_LONGEST_PATH = 140


class VoiceData:
    """A short-lived folder beside the installed data, which is never written to."""

    def __init__(self, installed: Path, variants: tuple[Variant, ...]) -> None:
        self._installed = installed
        self._variants = variants
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.path = Path()

    def link(self) -> None:
        """Show espeak-ng all its data but the voices."""
        self._folder = tempfile.TemporaryDirectory(prefix="rhapsode-")
        self.path = Path(self._folder.name)
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
        for index, variant in enumerate(self._variants):
            for octave in OCTAVES:
                (registers / file_name(index, octave)).write_text(variant.register(octave))

    def remove(self) -> None:
        """Leave nothing behind."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
