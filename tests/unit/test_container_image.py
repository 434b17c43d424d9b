"""The Dockerfile and the compose file, read without a Docker engine."""

import json
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from typing_extensions import override

from entrypoints.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICE: dict[str, Any] = COMPOSE["services"]["rhapsode"]


def _instructions() -> list[tuple[str, str]]:
    lines = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text()).splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    return [(name, rest) for name, rest in steps]


def _last_stage() -> dict[str, str]:
    steps = _instructions()
    start = max(index for index, (name, _) in enumerate(steps) if name == "FROM")
    return dict(steps[start:])


def _health_check() -> list[str]:
    command = _last_stage()["HEALTHCHECK"].partition("CMD ")[2]
    return [str(part) for part in json.loads(command)]


def test_only_known_instructions_stand_in_the_dockerfile() -> None:
    known = {
        "FROM",
        "WORKDIR",
        "RUN",
        "COPY",
        "ENV",
        "USER",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "CMD",
    }
    assert {name for name, _ in _instructions()} == known


def test_the_last_stage_serves_as_an_ordinary_user_from_the_volume() -> None:
    stage = _last_stage()
    assert stage["USER"] == "10001"
    assert stage["VOLUME"] == "/data"
    assert stage["EXPOSE"] == "8000"
    assert "RHAPSODE_DATA_DIR=/data" in shlex.split(stage["ENV"])
    shell, option, line = json.loads(stage["CMD"])
    assert (shell, option) == ("/bin/sh", "-c")
    assert line == "rhapsode migrate && exec rhapsode serve --host 0.0.0.0"


def test_every_variable_the_container_gets_is_a_setting() -> None:
    image = {pair.split("=")[0] for pair in shlex.split(_last_stage()["ENV"])}
    given = {name for name in image | set(SERVICE["environment"]) if name.startswith("RHAPSODE_")}
    assert given <= {f"RHAPSODE_{name.upper()}" for name in Settings.model_fields}


def test_every_file_the_build_copies_exists_and_is_sent_to_it() -> None:
    kept = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    copies = [shlex.split(rest)[:-1] for name, rest in _instructions() if name == "COPY"]
    sources = [each for copy in copies for each in copy if "--from=" not in " ".join(copy)]
    assert sorted(sources) == sorted(kept)
    assert [each for each in sources if not (ROOT / each).exists()] == []


def test_the_build_is_sent_nothing_that_it_was_not_promised() -> None:
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    first = next(rule for rule in rules if rule and not rule.startswith("#"))
    assert first == "*"
    assert any(fnmatch("src/domain/__pycache__", rule) for rule in rules if rule.startswith("**"))


@contextmanager
def _answering(status: int) -> Iterator[int]:
    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        @override
        def log_message(self, format: str, *args: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_believes_the_server_and_no_proxy(status: int, *, healthy: bool) -> None:
    program, option, code = _health_check()
    assert (program, option) == ("python", "-c")
    with _answering(status) as port:
        command = [sys.executable, option, code.replace(":8000/", f":{port}/")]
        environment = {"http_proxy": "http://127.0.0.1:9"}
        asked = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (asked.returncode == 0) is healthy


def test_compose_asks_the_same_health_question_as_the_image() -> None:
    assert SERVICE["healthcheck"]["test"] == ["CMD", *_health_check()]


def test_compose_publishes_to_this_machine_only() -> None:
    assert SERVICE["ports"] == ["127.0.0.1:8000:8000"]
    assert "network_mode" not in SERVICE
    assert set(COMPOSE["services"]) == {"rhapsode"}


def test_compose_lets_the_keys_through_and_says_insecure_aloud() -> None:
    assert SERVICE["environment"] == {
        "RHAPSODE_API_KEYS": "${RHAPSODE_API_KEYS:-}",
        "RHAPSODE_INSECURE": "${RHAPSODE_INSECURE:-true}",
        "RHAPSODE_ALLOWED_HOSTS": "${RHAPSODE_ALLOWED_HOSTS:-localhost}",
    }


def test_compose_takes_every_privilege_away() -> None:
    assert SERVICE["read_only"] is True
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]
    assert [mount.split(":")[0] for mount in SERVICE["tmpfs"]] == ["/tmp"]  # noqa: S108 - in the image
    assert "privileged" not in SERVICE


def test_compose_keeps_the_voices() -> None:
    assert SERVICE["volumes"] == ["data:/data"]
    assert "data" in COMPOSE["volumes"]


def test_compose_waits_longer_than_the_server_drains() -> None:
    seconds = int(SERVICE["stop_grace_period"].removesuffix("s"))
    assert seconds > Settings.model_fields["drain_s"].default
    connections = Settings.model_fields["max_connections"].default
    assert SERVICE["ulimits"]["nofile"] >= 2 * connections
