"""docs/licences.md names every package that pyproject.toml asks for, and no other."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ROW = re.compile(r"^\| ([A-Za-z][\w.-]*) \| (.+) \|", re.MULTILINE)
HEADINGS = {"package"}


def _asked_for() -> set[str]:
    extras = PROJECT["optional-dependencies"].values()
    wanted = [*PROJECT["dependencies"], *(each for extra in extras for each in extra)]
    return {re.split(r"[\[<>=!~; ]", each)[0] for each in wanted} - {PROJECT["name"]}


def _rows() -> dict[str, str]:
    page = (ROOT / "docs/licences.md").read_text()
    return {name: rest for name, rest in ROW.findall(page) if name not in HEADINGS}


def test_every_dependency_has_a_row_and_every_row_a_dependency() -> None:
    assert set(_rows()) == _asked_for()


def test_the_three_far_reaching_licences_are_explained() -> None:
    page = (ROOT / "docs/licences.md").read_text()
    for fact in ("espeak-ng, GPL-3.0-or-later", "ffmpeg binary, GPL-3.0-or-later", "(CPML)"):
        assert f"**{fact}" in page or f"{fact}.**" in page


def test_our_own_licence_is_the_whole_apache_text() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert PROJECT["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
