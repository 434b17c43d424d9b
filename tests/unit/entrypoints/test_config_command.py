"""`rhapsode config` shows what is in force and no password."""

import argparse
from pathlib import Path

import pytest
from pydantic import SecretStr

from entrypoints.cli import config
from entrypoints.cli.config import shown
from entrypoints.settings import load


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("postgresql://rhapsode:sesame@db:5432/voices", "postgresql://rhapsode:***@db:5432/voices"),
        ("postgresql://u:ses/a@me#?@db/voices", "postgresql://u:***@db/voices"),
        ("postgresql://db/voices?password=sesame", "postgresql://db/voices?***"),
        ("redis://:sesame@cache:6379/0", "redis://:***@cache:6379/0"),
        ("redis://sesame@cache", "redis://***@cache"),
        ("sqlite:///data/voices.db", "sqlite:///data/voices.db"),
        ("sesame", "(hidden)"),
        ("x://\x1b[31m", "'x://\\x1b[31m'"),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_password(url: str, seen: str) -> None:
    assert shown("database_url", url) == seen
    assert shown("redis_url", SecretStr(url)) == seen


def test_values_are_shown_as_they_are_written() -> None:
    assert shown("insecure", value=True) == "true"
    assert shown("model_dir", None) == "-"
    assert shown("allowed_hosts", ()) == "-"
    assert shown("preload_voices", ("a", "b")) == "a, b"
    assert shown("api_keys", (SecretStr("sesame"),)) == "(1 hidden)"
    assert shown("host", "a\nb") == "'a\\nb'"


def test_an_old_name_is_the_origin_and_warnings_are_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("REDIS_URL", "redis://:sesame@cache")
    monkeypatch.setenv("LEIBNIZ_ANYTHING", "1")
    assert config._config(argparse.Namespace(), load({})) == 0
    printed = capsys.readouterr()
    rows = {line.split()[0]: line.split(maxsplit=2)[1:] for line in printed.out.splitlines()}
    assert rows["port"] == ["8123", "alias PORT"]
    assert rows["redis_url"] == ["redis://:***@cache", "alias REDIS_URL"]
    assert printed.err.startswith("rhapsode: warning: 'LEIBNIZ_ANYTHING'")
    assert printed.err.count("\n") == 1
    assert "sesame" not in printed.out + printed.err
