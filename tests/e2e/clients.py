"""The real clients: where `make test` installed them, and how a script of theirs is run."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "scripts"
FOLDER = Path(os.environ.get("RHAPSODE_TEST_CLIENTS", ROOT / ".venv-clients"))
"""The variable names another folder of the same make."""

_QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # it would fetch its prices from afar
    "NO_PROXY": "127.0.0.1",
}
_LONGEST_S = 120


@pytest.fixture(scope="session")
def client_python() -> Path:
    """An interpreter that has the SDKs."""
    python = FOLDER / "python/bin/python"
    if not python.exists():
        pytest.skip("the real Python clients are not installed: make .venv-clients/python.stamp")
    return python


@pytest.fixture(scope="session")
def client_node() -> Path:
    """The folder of the JavaScript SDKs, for a Node that is there."""
    modules = FOLDER / "js/node_modules"
    if shutil.which("node") is None:
        pytest.skip("Node is not installed")
    if not modules.is_dir():
        pytest.skip("the real JavaScript clients are not installed: make .venv-clients/js.stamp")
    return modules


def told_by_python(python: Path, script: str, *arguments: str, **environment: str) -> Any:
    """Return the JSON that a script prints under the clients' interpreter."""
    return _told([str(python), str(SCRIPTS / script), *arguments], environment)


def told_by_node(modules: Path, script: str, *arguments: str) -> Any:
    """Return the JSON that a script prints under Node."""
    return _told(["node", str(SCRIPTS / script), *arguments], {"NODE_PATH": str(modules)})


def _told(command: list[str], environment: dict[str, str]) -> Any:
    bare = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    ran = subprocess.run(
        command,
        env=bare | _QUIET | environment,
        capture_output=True,
        check=False,
        timeout=_LONGEST_S,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return json.loads(ran.stdout.splitlines()[-1])
