"""The setting that gives voices further names, in every way it can be written."""

from pathlib import Path

import pytest

from entrypoints.settings import SettingsError, load

PAIRS = (("alloy", "ana"), ("old teller", "Royston Min"))


@pytest.mark.parametrize(
    "written",
    [
        "alloy=ana, old teller=Royston Min",
        " alloy = ana ,old teller=Royston Min,,",
        '{"alloy": "ana", "old teller": "Royston Min"}',
    ],
)
def test_names_are_written_as_pairs_or_as_json(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("RHAPSODE_VOICE_NAMES", written)
    assert load({}).settings.voice_names == PAIRS


def test_a_table_of_a_yaml_file_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("voice_names:\n  alloy: ana\n  old teller: Royston Min\n")
    assert load({}, file).settings.voice_names == PAIRS


@pytest.mark.parametrize(
    "written",
    ["alloy", "alloy=", "=ana", "a=b, a=c", "{", '{"a": 3}', '{"a": {"b": "c"}}', "a" * 201 + "=b"],
)
def test_what_is_no_pair_stops_the_start_and_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("RHAPSODE_VOICE_NAMES", written)
    with pytest.raises(SettingsError, match="voice_names"):
        load({})
