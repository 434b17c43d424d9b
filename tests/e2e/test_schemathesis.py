"""Schemathesis sends what the document allows, and what it does not: no answer is a surprise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.live import live

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "unsupported_method"),
)
CONFIG = Path(__file__).parent / "schemathesis.toml"


@pytest.mark.timeout(150)
def test_no_answer_breaks_or_is_undocumented(tmp_path: Path) -> None:
    with live(tmp_path) as url:
        tried = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIG),
                *("run", f"{url}/openapi.json", "--checks", ",".join(CHECKS)),
                *("--phases", "examples,fuzzing", "--max-examples", "6", "--workers", "1"),
                *("--seed", "1", "--no-shrink", "--continue-on-failure", "--request-timeout", "20"),
                *("--suppress-health-check", "all", "--warnings", "off"),
                *os.environ.get("RHAPSODE_TEST_SCHEMATHESIS", "").split(),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            timeout=140,
        )
    assert tried.returncode == 0, tried.stdout[-20_000:]
    assert "No issues found" in tried.stdout
