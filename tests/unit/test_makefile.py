"""The Makefile and .ci/run, played with stand-ins for Python and for the server."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = f"""#!{sys.executable}
import pathlib, shutil, sys
here = pathlib.Path(__file__)
asked = sys.argv[1:]
with (here.parent / "log").open("a") as log:
    log.write(" ".join([here.name, *asked]) + "\\n")
if asked[:2] == ["-m", "venv"]:
    folder = pathlib.Path(asked[2], "bin")
    folder.mkdir(parents=True)
    for name in ("python", "rhapsode"):
        shutil.copy(here.parent / "inner" / name, folder / name)
"""
INNER = """#!{python}
import signal, sys
with open({log!r}, "a") as log:
    log.write(" ".join([{name!r}, *sys.argv[1:]]) + "\\n")
if {serves} and sys.argv[1:] == ["serve"]:
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    print("serving", flush=True)
    signal.pause()
"""

_NPM = """#!/bin/sh
echo "npm $1 in $(pwd)" >> {log}
"""


@dataclass(frozen=True)
class Machine:
    """A fresh machine whose programs only write down what they were asked."""

    folder: Path

    @property
    def log(self) -> list[str]:
        return (self.folder / "log").read_text().splitlines()

    def command(self, *goals: str) -> list[str]:
        settings = [f"VENV={self.folder / 'venv'}", f"PYTHON={self.folder / 'outer'}"]
        clients = [f"CLIENTS={self.folder / 'clients'}", f"NPM={self.npm}"]
        return ["make", "-C", str(ROOT), "--no-print-directory", *settings, *clients, *goals]

    def make(self, *goals: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*goals),
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def npm(self) -> str:
        """The stand-in for npm; none where no test has installed it."""
        npm = self.folder / "npm"
        return str(npm) if npm.exists() else ""

    def install(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    fresh = Machine(tmp_path)
    _furnish(fresh, serves=False)
    return fresh


def _furnish(machine: Machine, *, serves: bool) -> None:
    machine.install("outer", PYTHON)
    for name in ("python", "rhapsode"):
        log = str(machine.folder / "log")
        text = INNER.format(python=sys.executable, log=log, name=name, serves=serves)
        machine.install(f"inner/{name}", text)


def _environment() -> dict[str, str]:
    """Return our own without what an outer make hands down."""
    return {
        key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))
    }


def _goals(log: list[str]) -> list[str]:
    """Return what was asked, less the flags that are the same for every installation."""
    install = "python -m pip --disable-pip-version-check install --quiet"
    return [line.replace(f"{install} --constraint constraints.txt", "install") for line in log]


def test_help_is_what_make_alone_gives_and_lists_every_goal(machine: Machine) -> None:
    listed = set(re.findall(r"^  make ([a-z-]+) +\S", machine.make().stdout, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert listed == set(phony[1].split())
    assert listed >= {"run", "test", "check", "lint", "types", "imports", "cov", "bench", "migrate"}


def test_run_makes_installs_migrates_and_serves(machine: Machine) -> None:
    ran = machine.make("run")
    assert ran.returncode == 0, ran.stderr
    assert _goals(machine.log) == [
        "outer --version",
        f"outer -m venv {machine.folder / 'venv'}",
        "install --editable .",
        "rhapsode migrate",
        "rhapsode serve",
    ]


def test_a_second_run_starts_at_once(machine: Machine) -> None:
    machine.make("run")
    first = len(machine.log)
    machine.make("run")
    assert machine.log[first:] == ["rhapsode migrate", "rhapsode serve"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt"])
def test_a_changed_requirement_is_installed_at_the_next_start(
    machine: Machine, changed: str
) -> None:
    machine.make("run")
    assert "--editable ." not in machine.make("-n", "run").stdout
    assert "--editable ." in machine.make("-n", "-W", changed, "run").stdout


def test_tests_get_torch_before_whatever_might_choose_another(machine: Machine) -> None:
    ran = machine.make("test", "ARGS=-k voices")
    assert ran.returncode == 0, ran.stderr
    assert _goals(machine.log)[2:] == [
        "install --editable .",
        "install torch",
        "install --editable .[xtts]",
        "install --editable .[test,xtts]",
        *_clients(machine),
        "python -m pytest --numprocesses auto --dist loadfile -k voices",
    ]


def _clients(machine: Machine) -> list[str]:
    python = machine.folder / "clients/python"
    pip = f"python -m pip --disable-pip-version-check --python {python}/bin/python install"
    return [
        f"python -m venv --clear --without-pip {python}",
        f"{pip} --quiet --no-deps --no-compile --requirement tests/e2e/clients.txt",
    ]


def test_the_real_clients_are_installed_once_and_again_when_their_list_changes(
    machine: Machine,
) -> None:
    machine.install("npm", _NPM.format(log=machine.folder / "log"))
    machine.make("test")
    assert machine.log[-4:-1] == [*_clients(machine), f"npm ci in {machine.folder / 'clients/js'}"]
    before = len(machine.log)
    machine.make("test")
    assert machine.log[before:] == ["python -m pytest --numprocesses auto --dist loadfile"]
    stamps = [str(machine.folder / "clients" / name) for name in ("python.stamp", "js.stamp")]
    again = machine.make("-n", "-W", "tests/e2e/clients.txt", *stamps).stdout
    assert "--requirement tests/e2e/clients.txt" in again
    assert "npm ci" not in again


def test_the_suite_runs_even_where_the_clients_cannot_be_fetched(machine: Machine) -> None:
    machine.install("npm", "#!/bin/sh\nexit 1\n")
    ran = machine.make("test")
    assert ran.returncode == 0
    assert "tests that need them are skipped" in ran.stdout
    assert machine.log[-1] == "python -m pytest --numprocesses auto --dist loadfile"


def test_a_further_index_is_asked_for_torch_alone(machine: Machine) -> None:
    machine.make("test", "TORCH_INDEX=https://wheels.example.org/cpu")
    indexed = [line for line in _goals(machine.log) if "index-url" in line]
    assert indexed == ["install --extra-index-url https://wheels.example.org/cpu torch"]


def test_without_a_fit_python_it_says_what_is_needed(machine: Machine) -> None:
    ran = machine.make("run", "PYTHON=")
    assert ran.returncode != 0
    assert "Rhapsode needs Python 3.11 or newer" in ran.stdout


def test_a_failed_environment_leaves_nothing_behind(machine: Machine) -> None:
    machine.install("outer", "#!/bin/sh\nmkdir -p $3/bin && touch $3/bin/python\nexit 1\n")
    assert machine.make("run").returncode != 0
    assert not (machine.folder / "venv").exists()


def test_a_revision_needs_a_message(machine: Machine) -> None:
    ran = machine.make("revision")
    assert ran.returncode != 0
    assert 'make revision M="' in ran.stdout
    machine.make("revision", "M=voices get a language")
    assert machine.log[-1] == "python -m adapters.sql.revision voices get a language"


def test_coverage_under_95_percent_of_domain_and_application_fails(machine: Machine) -> None:
    machine.make("cov")
    asked = machine.log[-1].split()
    assert {"--cov=domain", "--cov=application", "--cov-branch", "--cov-fail-under=95"} <= set(
        asked
    )


def test_ctrl_c_ends_the_server_without_a_complaint(machine: Machine) -> None:
    _furnish(machine, serves=True)
    running = subprocess.Popen(
        machine.command("run"),
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with running:
        assert running.stdout
        assert running.stderr
        assert any("serving" in line for line in running.stdout)
        os.killpg(running.pid, signal.SIGINT)
        # Of a child that is gone before make has woken, as only a stand-in is, make says `wait:`.
        assert "run]" not in running.stderr.read()


def test_ci_says_what_is_missing_where_it_cannot_install_it(tmp_path: Path) -> None:
    for name in ("bash", "dirname"):
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    ran = subprocess.run(
        [tmp_path / "bash", ROOT / ".ci/run"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "install make by hand" in ran.stderr


def test_ci_ends_with_the_whole_suite_and_allows_no_skip() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-2:] == ["export REQUIRE_ALL=1", "twice make test"]


@pytest.mark.parametrize(
    ("failing", "error", "code", "calls"),
    [(0, 1, 0, 1), (1, 1, 0, 2), (9, 1, 2, 2), (1, 3, 1, 1)],
    ids=["well", "once", "always", "broken off"],
)
def test_ci_tries_what_failed_once_more_and_fails_with_it(
    tmp_path: Path, failing: int, error: int, code: int, calls: int
) -> None:
    text = (ROOT / ".ci/run").read_text()
    pattern = r"^(?:say|die)\(\).*?$|^twice\(\).*?^\}$"
    functions = re.findall(pattern, text, re.MULTILINE | re.DOTALL)
    assert len(functions) == 3
    made = tmp_path / "made"
    fails = f'echo "make: *** [Makefile:1: test] Error {error}" >&2; return 2'
    make = (
        f'make() {{ echo "$*" >> {made}; [ $(wc -l < {made}) -gt {failing} ] || {{ {fails}; }}; }}'
    )
    script = "\n".join(("set -euo pipefail", make, *functions, "twice make test"))
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert len(made.read_text().splitlines()) == calls
    assert ("ci: failed: make test" in ran.stdout) is (calls > 1)
    assert ("did not come to its end" in ran.stderr) is (error == 3)
    assert calls == 1 or "--last-failed" in made.read_text().splitlines()[1]
