"""Rules of the house that no linter knows."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "bench", "examples", "migrations")
SOURCES = [
    path
    for folder in FOLDERS
    for kind in ("*.py", "*.js", "*.css")
    for path in (ROOT / folder).rglob(kind)
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_torch_stays_with_the_xtts_adapter() -> None:
    others = [path for path in (ROOT / "src").rglob("*.py") if "xtts" not in path.parts]
    assert [str(path) for path in others if "import torch" in path.read_text()] == []
