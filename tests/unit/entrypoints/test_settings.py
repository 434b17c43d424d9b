from pathlib import Path

import pytest
from pydantic import SecretStr

from domain.pieces import Pauses
from entrypoints.container import Container
from entrypoints.settings import (
    Settings,
    SettingsError,
    load,
    refuse_open_door,
)


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
        ("port: 99999", "port .* '99999'"),
        ("engine: sings", "engine .* 'sings'"),
        ("api_keys: {a: 1}", r"api_keys .*\(hidden\)"),
        ("? [a]\n: b", "not a YAML table"),
        ("a\n", "not a YAML table"),
        ("port: 1\n---\nport: 2", "not a YAML table"),
        ("data_dir: ~nobody-of-that-name/x", "names nobody"),
        ('data_dir: "a\\0b"', "NUL"),
        ("recent_voices_ttl_s: nan", "recent_voices_ttl_s .* finite"),
        ("recent_voices_ttl_s: .inf", "recent_voices_ttl_s"),
        ("require_consent: maybe", "require_consent .* 'maybe'"),
        ("default_language: 'en; rm'", "default_language .* such as en"),
        ("model_config: {extra: allow}", "'model_config' in .* did you mean model_config_file"),
        ("service: {port: 1}", "'service' in .* XTTS_SETTINGS_FILE"),
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


def test_the_database_lives_in_the_data_folder_unless_told(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).database == f"sqlite+aiosqlite:///{tmp_path}/rhapsode.db"
    assert Settings(database_url="postgresql://x/y").database == "postgresql://x/y"


def test_what_a_file_leaves_empty_is_unset(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("port:\nmodel_dir: ~\nthreads: null\nhost: ''\napi_keys: []\n")
    assert load({}, file).settings == Settings()


def test_a_file_says_what_a_variable_says(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("default_language: no\npreload_voices: [1, on]\napi_keys: [1234]\n")
    settings = load({}, file).settings
    assert (settings.default_language, settings.preload_voices) == ("no", ("1", "on"))
    assert settings.keys == ("1234",)


@pytest.mark.parametrize(("word", "on"), [("on", True), ("true", True), ("off", False)])
def test_consent_is_switched_by_a_word(
    monkeypatch: pytest.MonkeyPatch, word: str, *, on: bool
) -> None:
    monkeypatch.setenv("RHAPSODE_REQUIRE_CONSENT", word)
    assert load({}).settings.require_consent is on


def test_unknown_voices_are_refused_unless_a_recording_stands_in_for_them() -> None:
    wav = Path("ref.wav")
    assert Settings().refuses_unknown_voices
    assert not Settings(default_voice_wav=wav).refuses_unknown_voices
    assert Settings(default_voice_wav=wav, unknown_voice="refuse").refuses_unknown_voices
    assert not Settings(unknown_voice="default").refuses_unknown_voices


def test_the_home_folder_is_written_with_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings(model_dir=Path("~/xtts")).model_dir == tmp_path / "xtts"


def test_spoken_lines_are_kept_where_it_pays() -> None:
    assert Settings().audio_cache_kind("espeak") == "memory"
    assert Settings().audio_cache_kind("xtts") == "disk"
    assert Settings(audio_cache="off").audio_cache_kind("xtts") == "off"
    assert Settings(audio_cache_redis_mb=4).audio_cache_redis_bytes == 4 * 2**20
    assert Settings(audio_cache_mb=2).audio_cache_bytes == 2 * 2**20
    assert Settings(audio_cache_disk_mb=3).audio_cache_disk_bytes == 3 * 2**20
    assert Settings(data_dir=Path("d")).recordings_dir == Path("d/recordings")
    assert Settings(audio_cache_dir=Path("c")).recordings_dir == Path("c")


def test_no_password_is_in_what_python_prints() -> None:
    url = "postgresql://u:sesame@h/d"
    assert "sesame" not in repr(Settings(database_url=url, redis_url=SecretStr(url)))


def test_a_bad_secret_is_not_echoed(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("database_url: [sesame]\n")
    with pytest.raises(SettingsError, match="database_url") as stopped:
        load({}, file)
    assert "sesame" not in str(stopped.value)


def test_an_unreadable_name_of_a_file_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RHAPSODE_CONFIG", "x" * 5000)
    with pytest.raises(SettingsError, match="cannot be read") as stopped:
        load({})
    assert len(str(stopped.value)) < 1100


def test_an_error_cannot_break_its_line_or_colour_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RHAPSODE_PO\nRT\x1b[31m", "1")
    with pytest.raises(SettingsError) as stopped:
        load({})
    assert str(stopped.value).isprintable()


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"host: \xff", "is not a YAML table"), ("default_language: 日本".encode(), "such as en")],
)
def test_bytes_that_are_no_settings_are_refused(tmp_path: Path, data: bytes, says: str) -> None:
    file = tmp_path / "settings.yaml"
    file.write_bytes(data)
    with pytest.raises(SettingsError, match=says):
        load({}, file)


def test_a_file_from_a_windows_editor_is_read(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_bytes(b"\xef\xbb\xbfport: 1\r\n")
    assert load({}, file).settings.port == 1


def test_a_long_complaint_of_the_parser_becomes_one_line(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("port: [")
    with pytest.raises(SettingsError) as stopped:
        load({}, file)
    assert "\\n" not in str(stopped.value)


def test_an_odd_name_of_a_file_is_shown_safely(tmp_path: Path) -> None:
    file = tmp_path / "settings\n\x1b.yaml"
    file.write_text("port: 1")
    assert load({}, file).origins["port"].endswith("settings \\x1b.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("model_sha256: abc", "model_sha256 .* 'abc' should be the 64 hexadecimal digits"),
        (f"model_sha256: {'g' * 64}", "64 hexadecimal digits"),
        ("model_download: always", "model_download .* 'always'"),
        ("xtts_precision: fp8", "xtts_precision .* 'fp8'"),
        ("xtts_guards: maybe", "xtts_guards .* 'maybe'"),
        ("gpt_cond_len: 0", "gpt_cond_len .* '0'"),
        ("gpt_cond_chunk_len: 601", "gpt_cond_chunk_len .* '601'"),
        ("max_ref_len: 1.5", r"max_ref_len .* '1\.5'"),
        (
            "gpt_cond_len: 6\ngpt_cond_chunk_len: 7",
            "should be at most gpt_cond_len, which is 6",
        ),
    ],
)
def test_a_setting_of_the_model_that_cannot_be_stops_the_start(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=says):
        load({}, file)


def test_the_settings_of_the_model_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        "MODEL_SHA256": "AB" * 32,
        "XTTS_PRECISION": "int8",
        "XTTS_GUARDS": "off",
        "GPT_COND_LEN": "6",
        "GPT_COND_CHUNK_LEN": "6",
    }
    for name, value in said.items():
        monkeypatch.setenv(f"RHAPSODE_{name}", value)
    settings = load({}).settings
    assert settings.model_sha256 == "ab" * 32
    assert (settings.xtts_precision, settings.xtts_guards) == ("int8", False)
    assert (settings.gpt_cond_len, settings.gpt_cond_chunk_len) == (6, 6)
    assert settings.max_ref_len is None
    assert settings.model_download == "off"


def test_pauses_are_told_in_milliseconds_and_reach_who_speaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Settings().pauses == Pauses()
    monkeypatch.setenv("RHAPSODE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RHAPSODE_ENGINE", "espeak")
    monkeypatch.setenv("RHAPSODE_PAUSE_SENTENCE_MS", "0")
    monkeypatch.setenv("RHAPSODE_PAUSE_PARAGRAPH_MS", "10000")
    monkeypatch.setenv("RHAPSODE_PAUSE_CLAUSE_MS", "5")
    speaking = Container(settings=load({}).settings).speaking()
    assert speaking._pauses == Pauses(sentence_s=0.0, paragraph_s=10.0, clause_s=0.005)


@pytest.mark.parametrize("name", ["pause_sentence_ms", "pause_paragraph_ms", "pause_clause_ms"])
@pytest.mark.parametrize("value", ["-1", "10001"])
def test_a_pause_beyond_ten_seconds_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load({name: value})


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "https://tavern.lan", "app://home"])
def test_pages_are_named_by_their_origins(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv("RHAPSODE_CORS_ORIGINS", f"{origin}, http://[::1]:8000")
    assert load({}).settings.cors_origins == (origin, "http://[::1]:8000")


@pytest.mark.parametrize(
    "wrong", ["tavern.lan", "http://tavern.lan/", "http://*.lan", "HTTP://a", "null", "http://a b"]
)
def test_what_is_no_origin_stops_the_start(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("RHAPSODE_CORS_ORIGINS", wrong)
    with pytest.raises(SettingsError, match=r"cors_origins .* such as http://127.0.0.1:8000"):
        load({})


def test_every_page_and_keys_do_not_go_together() -> None:
    assert load({"cors_origins": "*"}).settings.cors_origins == ("*",)
    with pytest.raises(SettingsError, match="cannot be \\* while there are API keys"):
        load({"cors_origins": "*", "api_keys": "one"})
