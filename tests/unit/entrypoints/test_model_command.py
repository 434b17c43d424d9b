"""`rhapsode model` as a person types it, against a server on this machine."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from domain.errors import UnavailableError
from entrypoints.cli.main import main
from entrypoints.container import Container
from entrypoints.model import bring_model
from entrypoints.progress import Bar, Lines
from entrypoints.settings import Settings, SettingsError
from tests.fakes.hub import COMMIT, FakeHub, contents, serving

CONFIG = {"languages": ["en", "de"], "audio": {"sample_rate": 22050, "output_sample_rate": 24000}}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    files = contents(400_000) | {"config.json": json.dumps(CONFIG).encode()}
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("TTS_HOME", "XDG_DATA_HOME", "COQUI_TOS_AGREED"):
        monkeypatch.delenv(name, raising=False)
    with serving(FakeHub(files)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(server: FakeHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    assert server.url

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["model", *arguments, "--data-dir", str(tmp_path / "data")])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_the_licence_is_accepted_before_anything_is_asked(run: Run, server: FakeHub) -> None:
    code, out, err = run("download")
    assert (code, out) == (2, "")
    assert "Coqui Public Model License (CPML)" in err
    assert "https://coqui.ai/cpml" in err
    assert "--accept-license" in err
    assert err.count("\n") == 1
    assert server.asked == []


def test_a_model_is_downloaded_described_and_verified(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "data/models/xtts-v2"
    code, out, err = run("download", "--accept-license")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == (
        f"the model is in {folder}, whole and checked (commit {COMMIT})"
    )
    assert "fetching model.pth, 400 kB" in out
    assert "\r" not in out
    code, out, _ = run("info")
    facts = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert facts["folder"] == str(folder)
    assert facts["model.pth"].startswith("400,000 bytes, SHA-256 ")
    assert facts["licence"].endswith("(CPML), https://coqui.ai/cpml")
    assert facts["from"] == f"coqui/XTTS-v2 at {COMMIT} from 127.0.0.1"
    assert facts["languages"] == "en, de"
    assert (facts["hears"], facts["speaks"]) == ("at           22,050 Hz", "at          24,000 Hz")
    assert "speakers" not in facts
    code, out, _ = run("verify")
    assert code == 0
    assert [line.split()[:2] for line in out.splitlines()] == [
        [name, "right"] for name in ("config.json", "model.pth", "vocab.json", "speakers_xtts.pth")
    ]


def test_the_variable_of_coquis_program_accepts_the_licence_too(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COQUI_TOS_AGREED", "yes")
    assert run("download")[0] == 2
    monkeypatch.setenv("COQUI_TOS_AGREED", "1")
    assert run("download")[0] == 0
    receipt = json.loads((tmp_path / "data/models/xtts-v2/model.json").read_text())
    assert receipt["accepted"] == "COQUI_TOS_AGREED=1"
    assert "CPML" in receipt["licence"]


def test_a_download_elsewhere_says_how_to_speak_with_it(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    code, out, _ = run("download", "--accept-license", "--to", str(folder))
    assert code == 0
    assert f"--model-dir {folder}" in out
    assert run("info")[0] == 2
    assert run("info", "--model-dir", str(folder))[0] == 0
    assert run("verify", "--model-dir", str(folder))[0] == 0


def test_a_revision_is_pinned_by_name(run: Run, server: FakeHub) -> None:
    server.revisions = (*server.revisions, "v2.0.3")
    assert run("download", "--accept-license", "--revision", "v2.0.3")[0] == 0
    assert server.asked[0] == ("HEAD", "/coqui/XTTS-v2/resolve/v2.0.3/config.json")
    code, _, err = run("download", "--accept-license", "--revision", "v3")
    assert (code, err.count("\n")) == (2, 1)
    assert "has no revision 'v3'" in err


def test_what_goes_wrong_is_one_line(run: Run, server: FakeHub, tmp_path: Path) -> None:
    for command in ("verify", "info"):
        code, out, err = run(command)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert "rhapsode model download --accept-license" in err
    server.tags["model.pth"] = "0" * 64
    code, out, err = run("download", "--accept-license")
    assert (code, err.count("\n")) == (2, 1)
    assert "sent as model.pth does not match the hash" in err
    assert run("info", "--model-dir", str(tmp_path))[2].count("\n") == 1


def test_a_damaged_model_is_found_out(run: Run, tmp_path: Path) -> None:
    run("download", "--accept-license")
    (tmp_path / "data/models/xtts-v2/vocab.json").write_text("{}")
    code, out, err = run("verify")
    assert (code, out) == (2, "")
    assert "vocab.json has the SHA-256" in err
    assert err.count("\n") == 1


def test_without_the_engine_the_package_to_install_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "TTS", None)
    code, _, err = run("download", "--accept-license")
    assert code == 2
    assert "pip install '.[xtts]'" in err
    assert err.count("\n") == 1


def test_the_engine_gets_no_model_that_it_could_not_load(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("download", "--accept-license")
    folder = tmp_path / "data/models/xtts-v2"
    unnamed = Container(settings=Settings(data_dir=tmp_path / "data")).model_shop()
    named = Container(settings=Settings(model_dir=folder)).model_shop()
    for shop in (unnamed, named):
        assert shop.need() == shop.find()
        assert shop.need().folder == folder
    monkeypatch.setitem(sys.modules, "TTS", None)
    assert unnamed.find() is None
    for ask in (unnamed.need, named.find, named.need):
        with pytest.raises(UnavailableError, match="is not installed"):
            ask()


class _Terminal(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_bar_grows(
    server: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.url
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert main(["model", "download", "--accept-license", "--data-dir", str(tmp_path)]) == 0
    assert "\rmodel.pth" in terminal.getvalue()
    assert "100%  0 of 0 MB" in terminal.getvalue()


def test_a_bar_leaves_its_line_before_anything_else_is_said() -> None:
    terminal = io.StringIO()
    bar = Bar(terminal)
    bar.begins("model.pth", 2_000_000_000, 500_000_000)
    bar.says("it breaks")
    bar.advances(2_000_000_000)
    bar.close()
    half, says, whole, nothing = terminal.getvalue().split("\n")
    assert half.startswith("\rmodel.pth")
    assert " 25%  500 of 2000 MB" in half
    assert says == "it breaks"
    assert "100%  2000 of 2000 MB" in whole
    assert nothing == ""


def test_without_a_terminal_there_is_a_line_for_each_tenth() -> None:
    lines: list[str] = []
    watching = Lines(lines.append)
    watching.begins("model.pth", 2_000_000_000, 500_000_000)
    for have in range(500_000_000, 2_000_000_001, 1_000_000):
        watching.advances(have)
    watching.begins("empty", 0, 0)
    watching.advances(0)
    watching.close()
    assert lines[0] == "fetching model.pth, 2000.0 MB, 500.0 MB of them here already"
    assert lines[1:-1] == [f"model.pth {tenth}0 %" for tenth in (3, 4, 5, 6, 7, 8, 9, 10)]
    assert lines[-1] == "fetching empty, 0 kB"


def _started(tmp_path: Path, **settings: Any) -> list[str]:
    told: list[str] = []
    bring_model(Container(settings=Settings(data_dir=tmp_path, **settings)), told.append)
    return told


@pytest.mark.parametrize("engine", ["auto", "xtts"])
def test_a_server_fetches_its_model_where_it_may(
    server: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str
) -> None:
    monkeypatch.setenv("COQUI_TOS_AGREED", "1")
    assert "fetching model.pth, 400 kB" in _started(tmp_path, model_download="auto", engine=engine)
    assert (tmp_path / "models/xtts-v2/model.pth").is_file()
    server.asked.clear()
    assert _started(tmp_path, model_download="auto", engine=engine) == []
    assert server.asked == []


def test_a_server_fetches_nothing_that_nobody_asked_for(
    server: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _started(tmp_path, engine="xtts")
    _started(tmp_path, model_download="auto", engine="espeak")
    with pytest.raises(SettingsError, match="COQUI_TOS_AGREED=1"):
        _started(tmp_path, model_download="auto")
    monkeypatch.setenv("COQUI_TOS_AGREED", "1")
    _started(tmp_path, engine="xtts")
    assert server.asked == []
