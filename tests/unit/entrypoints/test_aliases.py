"""The settings of the replaced systems keep working, below our own names."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from entrypoints.aliases import ALIASES, Alias
from entrypoints.settings import Settings, load
from tests.unit.entrypoints.old_installation import Old

# What a row of the table must do: a value of theirs, and what it is here.
_MEANS: dict[str, tuple[str, Any]] = {
    "PORT": ("8123", 8123),
    "DEBUG": ("True", "debug"),
    "NUM_THREADS": ("4", 4),
    "MAX_CONCURRENT_REQUESTS": ("10", 10),
    "CUSTOM_MODEL_PATH": ("/models/mine", Path("/models/mine")),
    "USE_CPU": ("true", "cpu"),
    "SPEAKER_CACHE_TTL": ("60", 60.0),
    "SPEAKER_CACHE_MAX_SIZE": ("7", 7),
    "PRELOAD_VOICES": ("anna, ben", ("anna", "ben")),
    "VOICES_DIR": ("./saved_voices", Path("saved_voices")),
    "XTTS_MODEL_DIR": ("/models/xtts_v2", Path("/models/xtts_v2")),
    "XTTS_MODEL_HOST_DIR": ("/host/models/xtts_v2", Path("/host/models/xtts_v2")),
    "XTTS_DEVICE": ("cuda:0", "cuda"),
    "LEIBNIZ_XTTS_SPEAKER_WAV": ("/voices/enigma.wav", Path("/voices/enigma.wav")),
    "LEIBNIZ_XTTS_LANGUAGE": ("DE", "de"),
    "LEIBNIZ_XTTS_VOICE_ID": ("support", "support"),
    "LEIBNIZ_XTTS_STREAM_CHUNK_TOKENS": ("20", 20),
    "LEIBNIZ_TTS_CACHE_DIR": ("/app/audio_cache", Path("/app/audio_cache")),
    "LEIBNIZ_TTS_FASTRTC_CHUNK_MS": ("40", 40),
    "TTS_STREAMING_PORT": ("8005", 8005),
    "REDIS_URL": ("redis://:sesame@cache/0", SecretStr("redis://:sesame@cache/0")),
    "MAX_PACKET_MS": ("55", 55),
    "service.host": ("0.0.0.0", "0.0.0.0"),  # noqa: S104 - theirs
    "service.port": ("60215", 60215),
    "service.max_concurrency": ("2", 2),
    "model.config_path": ("path/to/config.json", Path("path/to/config.json")),
    "model.checkpoint_path": ("path/to/model.pth", Path("path/to/model.pth")),
    "model.tokenizer_path": ("path/to/tokenizer.json", Path("path/to/tokenizer.json")),
    "model.speaker_wav": ("path/to/ref.wav", Path("path/to/ref.wav")),
    "model.language": ("ru", "ru"),
    "model.device": ("CPU", "cpu"),
}
_WITHOUT_EFFECT = {
    "service.standalone_mode": ("false", "maybe"),
    "broker_host": ("broker.example", "[a, b]"),
    "broker_port": ("9000", "70000"),
}
_OURS = [alias for alias in ALIASES if alias.setting]


def _means(alias: Alias, value: str) -> Any:
    """What a value of theirs is here; None if it has no meaning here at all."""
    try:
        meant = alias.meaning(value)
        alone: dict[str, Any] = {} if meant is None else {str(alias.setting): meant}
        return getattr(Settings(**alone), str(alias.setting))
    except (ValueError, ValidationError):
        return None


def test_every_old_name_of_a_setting_is_tried_below() -> None:
    assert {alias.name for alias in _OURS} == set(_MEANS)
    without = {alias.name for alias in ALIASES if not alias.setting and alias.where == "key"}
    assert without == set(_WITHOUT_EFFECT)
    assert {alias.setting for alias in _OURS} <= set(Settings.model_fields)


@pytest.mark.parametrize("alias", _OURS, ids=lambda alias: f"{alias.where} {alias.name}")
def test_an_old_name_says_what_it_said(old: Old, alias: Alias) -> None:
    given, meant = _MEANS[alias.name]
    label = old.sets(alias, given)
    loaded = load({})
    setting = str(alias.setting)
    assert getattr(loaded.settings, setting) == meant
    assert loaded.origins[setting] == f"alias {label}"
    changed = {name for name, origin in loaded.origins.items() if origin != "default"}
    assert changed == {setting}
    assert loaded.warnings == ()


@pytest.mark.parametrize("alias", ALIASES, ids=lambda alias: f"{alias.where} {alias.name}")
def test_a_default_that_differs_from_theirs_says_why(alias: Alias) -> None:
    if alias.setting is None or alias.theirs is None:
        assert alias.why or alias.where == "file" or alias.theirs is None
        return
    ours = Settings.model_fields[alias.setting].default
    assert alias.why or _means(alias, alias.theirs) == ours


@pytest.mark.parametrize("alias", _OURS, ids=lambda alias: f"{alias.where} {alias.name}")
def test_a_bad_value_names_the_old_name(old: Old, alias: Alias) -> None:
    label = old.sets(alias, "[1]" if alias.where == "key" else "~nobody-of-that-name/\x07")
    if alias.setting in {"preload_voices", "default_voice", "redis_url"}:
        return  # any text will do for these
    error = old.refused()
    assert error.startswith(f"{label}: ")
    assert f"RHAPSODE_{str(alias.setting).upper()} outranks it" in error


@pytest.mark.parametrize("alias", _OURS, ids=lambda alias: f"{alias.where} {alias.name}")
@pytest.mark.parametrize("layer", ["file", "variable", "command line"])
def test_our_own_name_outranks_it_good_or_bad(old: Old, alias: Alias, layer: str) -> None:
    old.sets(alias, "[1]" if alias.where == "key" else "\x07")
    setting = str(alias.setting)
    ours = {"device": "cuda", "log_level": "warning", "default_language": "fr"}.get(setting, "11")
    line: dict[str, Any] = {}
    if layer == "file":
        (old.folder / "ours.yaml").write_text(f"{setting}: {ours}")
        old.environment.setenv("RHAPSODE_CONFIG", "ours.yaml")
    elif layer == "variable":
        old.environment.setenv(f"RHAPSODE_{setting.upper()}", ours)
    else:
        line = {setting: ours}
    loaded = load(line)
    alone: dict[str, Any] = {setting: ours}
    assert loaded.settings == Settings(**alone)
    assert not loaded.origins[setting].startswith("alias")


@pytest.mark.parametrize("name", list(_WITHOUT_EFFECT))
def test_what_has_no_effect_is_checked_and_warned_of(old: Old, name: str) -> None:
    alias = next(row for row in ALIASES if row.name == name)
    good, bad = _WITHOUT_EFFECT[name]
    label = old.sets(alias, good)
    loaded = load({})
    assert loaded.settings == Settings()
    assert loaded.warnings == (f"{label} has no effect: {alias.why}",)
    old.sets(alias, bad)
    assert old.refused().startswith(f"{label}: ")
