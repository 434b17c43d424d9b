"""Whatever a file or a variable holds: settings, or one line that says why not."""

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from entrypoints import layers
from entrypoints.aliases import ALIASES
from entrypoints.cli.config import shown
from entrypoints.settings import Loaded, Settings, SettingsError, load

_OURS = [f"RHAPSODE_{name.upper()}" for name in Settings.model_fields]
_THEIRS = [alias.name for alias in ALIASES if alias.where == "variable"]
_FILES = ["RHAPSODE_CONFIG", *(alias.name for alias in ALIASES if alias.where == "file")]
_SECTIONS = ["service", "model", "broker_host", "broker_port", "MAX_PACKET_MS", "<<"]
_KEYS = [alias.name.rpartition(".")[2] for alias in ALIASES if alias.where == "key"]

# What a process can be given: any bytes but NUL; Python reads surrogates where they are no UTF-8.
_ANY_VARIABLE = st.binary(max_size=40).map(
    lambda data: data.replace(b"\0", b"\1").decode("utf-8", "surrogateescape")
)
_HOSTILE = st.sampled_from(
    (
        *("", "~", "~~", "~nobody-of-that-name", "nan", "-inf", "1e999", "-1", "0", "true", "off"),
        *("9" * 5000, "0x" + "f" * 5000, "1:" * 2000 + "1", "x" * 70_000, "2001-99-99", "null"),
        *("\ufeff", "\u2028", "\x1b[31m", "a\nb", "%s{}", "٣", "１２", "[1", "{", "!!int x"),
    )
)
_VALUE = st.one_of(_ANY_VARIABLE, _HOSTILE, st.integers(-2, 70_000).map(str))
_NODE = st.recursive(
    st.one_of(_HOSTILE, st.text(max_size=20), st.integers(), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=5), inner, max_size=4),
    ),
    max_leaves=8,
)
_TABLE = st.dictionaries(
    st.sampled_from([*Settings.model_fields, *_SECTIONS]) | st.text(max_size=5), _NODE, max_size=5
)
_many = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def _ends_well(folder: Path, environment: Mapping[str, str], config: Path | None = None) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in environment.items():
            patch.setenv(name, value)
        _one_line_or_settings(config)


def _one_line_or_settings(config: Path | None) -> None:
    loaded, error = _load(config)
    assert error.isprintable()
    assert len(error) < 10_000
    if loaded is None:
        assert error
        return
    assert all(line.isprintable() for line in (*loaded.warnings, *loaded.origins.values()))
    for name in Settings.model_fields:
        shown(name, getattr(loaded.settings, name)).encode()


def _load(config: Path | None) -> tuple[Loaded | None, str]:
    try:
        return load({}, config), ""
    except SettingsError as error:
        return None, str(error)


@_many
@given(st.dictionaries(st.sampled_from([*_OURS, *_THEIRS]), _VALUE, min_size=1, max_size=4))
def test_any_value_of_any_variable(folder: Path, environment: dict[str, str]) -> None:
    _ends_well(folder, environment)


@_many
@given(st.sampled_from(_FILES), _VALUE)
def test_any_name_of_a_file(folder: Path, variable: str, value: str) -> None:
    _ends_well(folder, {variable: value})


@_many
@given(st.sampled_from(["RHAPSODE_", "LEIBNIZ_"]), _ANY_VARIABLE)
def test_any_name_of_a_variable(folder: Path, prefix: str, rest: str) -> None:
    _ends_well(folder, {prefix + rest.replace("=", ""): "1"})


@_many
@given(st.sampled_from([*_FILES, "./config.yaml"]), st.binary(max_size=200))
def test_any_bytes_in_a_file(folder: Path, variable: str, data: bytes) -> None:
    _file_ends_well(folder, variable, data)


@_many
@given(st.sampled_from([*_FILES, "./config.yaml"]), _TABLE)
def test_any_table_in_a_file(folder: Path, variable: str, table: dict[str, object]) -> None:
    _file_ends_well(folder, variable, yaml.safe_dump(table).encode())


def _file_ends_well(folder: Path, variable: str, data: bytes) -> None:
    file = folder / "config.yaml"
    file.write_bytes(data)
    _ends_well(folder, {} if variable == "./config.yaml" else {variable: str(file)})
    file.unlink()


_LAUGHS = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1},' * 9}]\n" for n in range(1, 30))
_MERGES = "m0: &m0 {x: 1}\n" + "".join(
    f"m{n}: &m{n} {{<<: [{f'*m{n - 1},' * 9}]}}\n" for n in range(1, 30)
)


_BOMBS = (
    pytest.param(_LAUGHS, "references", id="a billion laughs"),
    pytest.param(_MERGES, "references", id="a billion merges"),
    pytest.param("a: &a [*a]", "references", id="a list that holds itself"),
    pytest.param("port: " + "[" * 100_000, "8 levels", id="lists in lists"),
    pytest.param("port: " + "{a: " * 50_000, "8 levels", id="tables in tables"),
    pytest.param("- " * 100_000, "8 levels", id="dashes"),
    pytest.param("? " * 100_000, "8 levels", id="keys of keys"),
    pytest.param("x" * 2**20, "256 KiB", id="a megabyte"),
    pytest.param("port: 1\n" * 40_000, "256 KiB", id="a large table"),
    pytest.param("a:\n" + " \t" * 100_000, "not a YAML table", id="tabs"),
    pytest.param("\x00", "not a YAML table", id="NUL"),
)
_BALLAST = (
    pytest.param("port: 0x" + "f" * 250_000, "port", id="a number without end"),
    pytest.param("port: " + "1:" * 120_000 + "1", "port", id="a number in base sixty"),
    pytest.param("port: [" + "1," * 120_000 + "]", "port", id="a long list"),
    pytest.param("".join(f"k{n}: [{{a: b}}]\n" for n in range(14_000)), "'k0'", id="many keys"),
    pytest.param("k" * 200_000 + ": 1", "not a YAML table", id="a long key"),
    pytest.param("? " + "k" * 200_000 + "\n: 1", "is not a setting", id="a long key, allowed"),
    pytest.param("!" * 200_000 + " x", "not a YAML table", id="tags"),
)


@pytest.mark.parametrize(("text", "says"), [*_BOMBS, *_BALLAST])
def test_a_file_made_to_hurt_is_refused_in_time(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    says: str,
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    began = time.process_time()
    with pytest.raises(SettingsError, match=says) as stopped:
        load({}, file)
    assert str(stopped.value).isprintable()
    monkeypatch.setenv("XTTS_CONFIG_FILE", str(file))
    _one_line_or_settings(None)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(("text", "says"), _BOMBS)
def test_it_is_refused_without_the_c_library_too(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    says: str,
) -> None:
    monkeypatch.setattr(layers, "_Loader", yaml.BaseLoader)
    test_a_file_made_to_hurt_is_refused_in_time(tmp_path, monkeypatch, text, says)
