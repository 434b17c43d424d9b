from pathlib import Path

import pytest
from pydantic import SecretStr

from entrypoints.settings import (
    Settings,
    SettingsError,
    load,
    refuse_missing_engine,
    refuse_open_door,
)


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "PORT", "API_KEYS", "DATA_DIR", "CONFIG"):
        monkeypatch.delenv(f"RHAPSODE_{name}", raising=False)


def test_each_layer_overrides_the_one_before_and_is_remembered(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("port: 1111\nlongest_text: 100\nlog_level: debug\n")
    monkeypatch.setenv("RHAPSODE_PORT", "2222")
    monkeypatch.setenv("RHAPSODE_LONGEST_TEXT", "200")
    loaded = load({"port": 3333, "host": None}, file)
    assert (loaded.settings.port, loaded.settings.longest_text) == (3333, 200)
    assert loaded.settings.log_level == "debug"
    assert loaded.origins["port"] == "command line"
    assert loaded.origins["longest_text"] == "environment"
    assert loaded.origins["log_level"] == f"file {file}"
    assert loaded.origins["host"] == "default"


def test_the_file_may_be_named_by_a_variable(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("api_keys: [one, two]\n")
    monkeypatch.setenv("RHAPSODE_CONFIG", str(file))
    assert load({}).settings.keys == ("one", "two")


def test_keys_are_separated_by_commas_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RHAPSODE_API_KEYS", " topsecret ,two,, ")
    settings = load({}).settings
    assert settings.keys == ("topsecret", "two")
    assert "topsecret" not in repr(settings)


def test_a_misspelt_variable_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RHAPSODE_PROT", "1")
    with pytest.raises(SettingsError, match=r"RHAPSODE_PROT .*did you mean RHAPSODE_PORT"):
        load({})


def test_variables_of_the_tests_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RHAPSODE_TEST_ANYTHING", "1")
    assert load({}).settings.port == 8000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prot: 1", "'prot' in .* did you mean port"),
        ("zebra: 1", "rhapsode config"),
        ("port: [", "not a YAML table"),
        ("- a\n- b", "not a YAML table"),
        ("port: abc", r"port \(from the file .*\): 'abc'"),
        ("port: 99999", "port .* 99999"),
        ("engine: sings", "engine .* 'sings'"),
        ("api_keys: {a: 1}", "api_keys"),
    ],
)
def test_a_bad_file_stops_the_start_and_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=says) as stopped:
        load({}, file)
    assert "\n" not in str(stopped.value)


def test_a_missing_file_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load({}, tmp_path / "none.yaml")


def test_a_bad_key_value_is_not_echoed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RHAPSODE_PORT", "high")
    with pytest.raises(SettingsError, match=r"port \(from the environment\): 'high'"):
        load({})


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"])
def test_this_machine_is_open(host: str) -> None:
    refuse_open_door(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "tts.example"])  # noqa: S104
def test_any_other_address_needs_keys_or_a_word(host: str) -> None:
    with pytest.raises(SettingsError, match="RHAPSODE_API_KEYS"):
        refuse_open_door(Settings(host=host))
    refuse_open_door(Settings(host=host, insecure=True))
    refuse_open_door(Settings(host=host, api_keys=(SecretStr("key"),)))


def test_an_engine_this_version_lacks_is_named() -> None:
    refuse_missing_engine(Settings(engine="auto"))
    with pytest.raises(SettingsError, match="XTTS"):
        refuse_missing_engine(Settings(engine="xtts"))


def test_the_database_lives_in_the_data_folder_unless_told(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).database == f"sqlite+aiosqlite:///{tmp_path}/rhapsode.db"
    assert Settings(database_url="postgresql://x/y").database == "postgresql://x/y"
