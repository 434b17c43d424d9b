"""The command line as a person types it: one clear line when something is wrong."""

import wave
from pathlib import Path

import pytest

from entrypoints.cli.main import main
from entrypoints.cli.serve import welcome
from entrypoints.settings import Settings
from tests.integration.recordings import speech


def test_say_writes_a_wav_that_can_be_heard(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "hello.wav"
    assert main(["say", "Hello there.", "--out", str(out), "--data-dir", str(tmp_path)]) == 0
    with wave.open(str(out)) as read:
        assert 0.4 < read.getnframes() / read.getframerate() < 3
    assert str(out) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["say", "", "--out", "a.wav"], "empty"),
        (["say", "Hi", "--language", "klingon"], "klingon"),
        (["say", "Hi", "--voice", "nobody"], "nobody"),
        (["say", "Hi", "--speed", "9"], "speed is 9"),
        (["say", "Hi", "--out", "a.xyz"], "xyz"),
        (["say", "Hi", "--out", "/nowhere/at/all.wav"], "cannot write"),
        (["say", "Hi", "--engine", "xtts"], "XTTS"),
        (["say", "Hi", "--url", "ftp://x"], "no address"),
        (["say", "Hi", "--url", "http://["], "no address"),
        (["say", "Hi", "--url", "http://127.0.0.1:9", "--key", "a\nb"], "ASCII"),
        (["say", "Hi", "--url", "http://127.0.0.1:9"], "does not answer"),
        (["serve", "--host", "0.0.0.0"], "RHAPSODE_API_KEYS"),  # noqa: S104 - refused
        (["serve", "--port", "99999"], "port"),
        (["serve", "--config", "none.yaml"], "does not exist"),
        (["serve", "--tls-cert", "a.pem"], "goes with tls_cert"),
        (["serve", "--tls-cert", "a.pem", "--tls-key", "a.key", "--port", "0"], "a.pem cannot be"),
        (["serve", "--host", "192.0.2.1", "--insecure"], "cannot listen"),
    ],
)
def test_an_error_is_one_line_and_exit_code_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("settings", "url", "sockets"),
    [
        (Settings(), "http://127.0.0.1:8123/health", "ws://127.0.0.1:8123/v1/"),
        (
            Settings(tls_cert=Path("a.pem"), tls_key=Path("a.key")),
            "https://127.0.0.1:8123/health",
            "wss://127.0.0.1:8123/v1/",
        ),
    ],
)
def test_the_welcome_says_where_to_go(
    capsys: pytest.CaptureFixture[str], settings: Settings, url: str, sockets: str
) -> None:
    welcome(settings, 8123, "espeak")
    told = capsys.readouterr().out
    assert f" {url}\n" in told
    assert f" {sockets}" in told


def test_config_shows_each_setting_its_origin_and_no_secret(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("RHAPSODE_API_KEYS", "topsecret,other")
    assert main(["config", "--data-dir", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "topsecret" not in shown
    rows = {line.split()[0]: line for line in shown.splitlines()}
    assert "(2 hidden)" in rows["api_keys"]
    assert "environment" in rows["api_keys"]
    assert "command line" in rows["data_dir"]
    assert "default" in rows["port"]


def test_migrate_twice_is_as_good_as_once(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for _ in range(2):
        assert main(["migrate", "--data-dir", str(tmp_path)]) == 0
    assert "revision 0004" in capsys.readouterr().err
    assert (tmp_path / "rhapsode.db").exists()


def test_voices_are_added_shown_renamed_moved_and_deleted(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "clip.wav").write_bytes(speech())

    def voices(*arguments: str, folder: str = "here") -> str:
        assert main(["voices", *arguments, "--data-dir", str(tmp_path / folder)]) == 0
        return capsys.readouterr().out

    clip, file = str(tmp_path / "clip.wav"), str(tmp_path / "ana.rhapsode")
    assert voices("add", clip, "--id", "ana", "--name", "Ana").split() == ["ana"]
    assert voices("list").split("\t")[:2] == ["ana", "Ana"]
    voices("rename", "ana", "Ana Maria")
    shown = dict(line.split(maxsplit=1) for line in voices("show", "ana").splitlines())
    assert (shown["name"], shown["version"]) == ("Ana Maria", "2")
    voices("export", "ana", "--out", file)
    assert voices("import", file, "--id", "bea", folder="there").split() == ["bea"]
    assert "Ana Maria" in voices("list", "--search", "MARIA", folder="there")
    voices("delete", "ana")
    assert voices("list") == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "nobody"], "nobody"),
        (["delete", "nobody"], "nobody"),
        (["export", "nobody", "--out", "x"], "nobody"),
        (["add", "missing.wav"], "cannot read missing.wav"),
        (["import", "noise"], "export it again"),
        (["add", "noise"], "wav"),
    ],
)
def test_what_goes_wrong_with_voices_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "noise").write_bytes(b"neither a voice nor a sound" * 10)
    assert main(["voices", *arguments]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("address", ["nonsense", "mysql://a:secret@c/d", "sqlite://"])
def test_a_database_address_that_means_nothing_is_one_line_without_its_password(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    address: str,
) -> None:
    monkeypatch.setenv("RHAPSODE_DATABASE_URL", address)
    for command in (["migrate"], ["say", "Hi"], ["voices", "list"]):
        assert main([*command, "--data-dir", str(tmp_path)]) == 2
        error = capsys.readouterr().err
        assert "database address" in error.lower() or "SQLite" in error
        assert "secret" not in error
        assert error.count("\n") == 1
