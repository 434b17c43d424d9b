"""An old installation: its variables and its YAML file, in a folder of its own."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from entrypoints.aliases import Alias
from entrypoints.settings import SettingsError, load


@dataclass
class Old:
    folder: Path
    environment: pytest.MonkeyPatch

    def sets(self, alias: Alias, value: str) -> str:
        """Say it the way their operators do; return the label it goes by."""
        if alias.where == "variable":
            self.environment.setenv(alias.name, value)
            return alias.name
        section, _, key = alias.name.rpartition(".")
        self.file(f"{section}: {{{key}: {value}}}" if section else f"{key}: {value}")
        return f"{alias.name} in old.yaml"

    def file(self, text: str, named: str = "XTTS_CONFIG_FILE") -> None:
        (self.folder / "old.yaml").write_text(text)
        self.environment.setenv(named, "old.yaml")

    def refused(self) -> str:
        """The line the start ends with."""
        with pytest.raises(SettingsError) as stopped:
            load({})
        assert str(stopped.value).isprintable()
        return str(stopped.value)
