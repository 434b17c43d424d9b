"""Old names among one another, and the files they stand in."""

from pathlib import Path

import pytest

from entrypoints.aliases import ALIASES
from entrypoints.settings import Loaded, Settings, SettingsError, load, refuse_open_door
from tests.unit.entrypoints.old_installation import Old

_THEIRS = "model: {config_path: c.json, checkpoint_path: m.pth, tokenizer_path: v.json}\n"


def test_two_that_disagree_stop_the_start_and_are_both_named(old: Old) -> None:
    old.environment.setenv("PORT", "8000")
    old.environment.setenv("TTS_STREAMING_PORT", "8005")
    error = old.refused()
    assert "PORT says '8000'" in error
    assert "TTS_STREAMING_PORT says '8005'" in error
    assert "RHAPSODE_PORT" in error
    assert load({"port": 1}).settings.port == 1


def test_a_file_and_a_variable_that_disagree_stop_the_start_too(old: Old) -> None:
    old.file("service: {port: 60215}")
    old.environment.setenv("PORT", "8000")
    error = old.refused()
    assert "service.port in old.yaml says '60215'" in error
    assert "PORT says '8000'" in error


def test_two_files_that_disagree_stop_the_start(old: Old) -> None:
    old.file("broker_port: 1\nMAX_PACKET_MS: 50")
    (old.folder / "other.yaml").write_text("MAX_PACKET_MS: 51")
    old.environment.setenv("XTTS_SETTINGS_FILE", "other.yaml")
    assert "MAX_PACKET_MS in old.yaml says '50'" in old.refused()


def test_equal_values_are_fine_however_they_are_written(old: Old) -> None:
    old.file("service: {port: '08000'}\nmodel: {device: CPU, language: pt_BR}")
    for name, value in {
        "PORT": "8000",
        "TTS_STREAMING_PORT": " 8000 ",
        "USE_CPU": "1",
        "XTTS_DEVICE": "cpu",
        "LEIBNIZ_XTTS_LANGUAGE": "pt-br",
    }.items():
        old.environment.setenv(name, value)
    loaded = load({})
    settings = loaded.settings
    assert (settings.port, settings.device, settings.default_language) == (8000, "cpu", "pt-br")
    assert loaded.origins["device"] == "alias XTTS_DEVICE"  # variables outrank files


def test_a_switch_that_is_off_says_nothing(old: Old) -> None:
    for name, value in {"USE_CPU": "False", "DEBUG": "0", "XTTS_DEVICE": "cuda"}.items():
        old.environment.setenv(name, value)
    loaded = load({})
    assert (loaded.settings.device, loaded.settings.log_level) == ("cuda", "info")
    assert loaded.origins["log_level"] == "default"
    old.environment.setenv("USE_CPU", "yes")
    assert "USE_CPU says 'yes'" in old.refused()


def test_the_folder_outside_a_container_gives_way_to_the_one_inside(old: Old) -> None:
    old.environment.setenv("XTTS_MODEL_HOST_DIR", "/host/models")
    old.environment.setenv("XTTS_MODEL_DIR", "/models")
    loaded = load({})
    assert loaded.settings.model_dir == Path("/models")
    assert loaded.origins["model_dir"] == "alias XTTS_MODEL_DIR"
    assert "XTTS_MODEL_HOST_DIR" in loaded.warnings[0]
    old.environment.setenv("CUSTOM_MODEL_PATH", "/elsewhere")
    assert "CUSTOM_MODEL_PATH" in old.refused()


def test_an_empty_variable_is_unset(old: Old) -> None:
    for alias in ALIASES:
        if alias.where != "key":
            old.environment.setenv(alias.name, "")
    assert load({}) == Loaded(Settings(), dict.fromkeys(Settings.model_fields, "default"))


def test_an_unknown_variable_of_theirs_only_warns(old: Old) -> None:
    old.environment.setenv("LEIBNIZ_TTS_CACHE_SIZE", "500")
    loaded = load({})
    assert loaded.settings == Settings()
    assert len(loaded.warnings) == 1
    assert "LEIBNIZ_TTS_CACHE_SIZE" in loaded.warnings[0]


def test_their_host_needs_keys_as_any_other(old: Old) -> None:
    old.file("service: {host: 0.0.0.0}", named="XTTS_SETTINGS_FILE")
    with pytest.raises(SettingsError, match=r"0\.0\.0\.0 .*RHAPSODE_API_KEYS"):
        refuse_open_door(load({}).settings)


def test_a_speaker_wav_lets_their_clients_send_any_voice(old: Old) -> None:
    old.environment.setenv("LEIBNIZ_XTTS_SPEAKER_WAV", "/voices/enigma.wav")
    assert not load({}).settings.refuses_unknown_voices


@pytest.mark.parametrize(
    "name", ["XTTS_SETTINGS_FILE", "XTTS_CONFIG_FILE", "XTTS_BROKER_CONFIG_FILE"]
)
def test_each_of_their_files_is_read_and_a_missing_one_is_named(old: Old, name: str) -> None:
    old.file("service: {port: 1234}", named=name)
    assert load({}).settings.port == 1234
    old.environment.setenv(name, "none.yaml")
    assert old.refused() == f"the file none.yaml of {name} does not exist"


def test_keys_nobody_knows_are_one_warning(old: Old) -> None:
    old.file("\n".join(f"key{number}: x" for number in range(7)) + "\nservice: {workers: 2}")
    (warning,) = load({}).warnings
    assert warning.startswith("old.yaml has keys without effect: 'key0', ")
    assert warning.endswith("and 3 more")


def test_a_file_named_twice_is_read_once(old: Old) -> None:
    old.file("broker_port: 9000")
    old.environment.setenv("XTTS_BROKER_CONFIG_FILE", "old.yaml")
    assert len(load({}).warnings) == 1


def test_config_yaml_is_read_where_it_is_unmistakably_theirs(old: Old) -> None:
    (old.folder / "config.yaml").write_text(_THEIRS + "service: {port: 60215}")
    loaded = load({})
    assert loaded.settings.port == 60215
    assert loaded.settings.model_vocab_file == Path("v.json")
    assert loaded.origins["port"] == "alias service.port in config.yaml"
    assert "./config.yaml" in loaded.warnings[0]
    old.file("service: {port: 1}")  # whoever names a file has no other in mind
    assert load({}).settings.port == 1


@pytest.mark.parametrize(
    "text",
    [
        "port: 9999",
        "service: {host: 0.0.0.0, port: 9999}",
        "model: {name: resnet, device: cuda, language: xx}",
        "model: resnet",
        "- a\n- b",
        "\t{",
        "a: &x [1]\nb: *x",
        "[" * 10_000,
        "x: " + "y" * 300_000,
        "\udcff",
    ],
)
def test_the_config_yaml_of_another_program_is_left_alone(old: Old, text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    (old.folder / "config.yaml").write_bytes(data)
    assert load({}) == Loaded(Settings(), dict.fromkeys(Settings.model_fields, "default"))


def test_a_config_yaml_that_cannot_be_opened_is_left_alone(old: Old) -> None:
    (old.folder / "config.yaml").mkdir()
    assert load({}).settings == Settings()


def test_an_odd_name_of_a_file_is_shown_safely(old: Old) -> None:
    (old.folder / "old\n\x1b.yaml").write_text("service: {port: 1, extra: 2}")
    old.environment.setenv("XTTS_CONFIG_FILE", "old\n\x1b.yaml")
    loaded = load({})
    assert loaded.origins["port"] == "alias service.port in old \\x1b.yaml"
    assert loaded.warnings == ("old \\x1b.yaml has keys without effect: 'service.extra'",)


def test_what_their_file_leaves_empty_is_unset(old: Old) -> None:
    old.file("service: {port: , host: ~}\nmodel:\nbroker_port: null")
    assert load({}) == Loaded(Settings(), dict.fromkeys(Settings.model_fields, "default"))


def test_a_port_without_effect_is_a_port_all_the_same(old: Old) -> None:
    old.file("broker_port: nine")
    assert old.refused() == "broker_port in old.yaml: 'nine' should be a port"
