"""What the command line imports before it knows what is asked of it."""

import subprocess
import sys

import pytest

HEAVY = {"alembic", "dependency_injector", "entrypoints.container", "litestar", "sqlalchemy"}
RUN = """
import sys
from entrypoints.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["serve", "--help"],
        ["voices", "list", "--help"],
        ["model", "download", "--help"],
        ["config"],
        ["say", "Hi.", "--url", "ws://127.0.0.1:9"],
        ["say", "Hi.", "--url", "http://127.0.0.1:9"],
    ],
)
def test_what_needs_no_engine_does_not_load_the_server(arguments: list[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, check=False
    )
    loaded = ran.stderr.split()
    assert "entrypoints.cli.say" in loaded, ran.stderr
    assert sorted((HEAVY | {"uvicorn"}).intersection(loaded)) == []
