import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ports import Pronunciation, SpokenLine
from domain.recording import recording_key
from domain.speech import SpeechSettings
from domain.voice import Timbre
from tests.fakes.cache import recording, same

UNHEARD = {"stream", "index", "start_within_s", "lead_s"}
"""Fields of a line that its sound does not depend on; a new field changes the key, or stands here.
"""
UNHEARD_SETTINGS = {"length_penalty", "stream_chunk_size"}


def timbre(level: float, fingerprint: str = "fake/1") -> Timbre:
    return Timbre(fingerprint, {"gpt": np.full((2, 2), level, np.float32)})


speeds = st.floats(0.25, 4.0)
styles = st.builds(SpeechSettings, speed=speeds, temperature=st.none() | st.floats(0.01, 2.0))
spellings = st.lists(
    st.builds(Pronunciation, st.integers(0, 5), st.integers(6, 9), st.text(max_size=3)),
    max_size=2,
)
FIELDS: dict[str, st.SearchStrategy[object]] = {
    "stream": st.text(max_size=5),
    "index": st.integers(0, 9),
    "text": st.text(max_size=20),
    "language": st.sampled_from(["en", "de", "zh-cn"]),
    "timbre": st.floats(0, 1, width=32).map(timbre),
    "rate": speeds,
    "pitch": speeds,
    "pronunciations": spellings.map(tuple),
    "settings": styles,
    "start_within_s": st.floats(0, 60),
    "lead_s": st.floats(0, 60),
}
lines = st.fixed_dictionaries(FIELDS).map(lambda given: SpokenLine(**given))  # type: ignore[arg-type]


def heard(value: object) -> object:
    return value.sha256 if isinstance(value, Timbre) else value


def test_every_field_of_a_line_is_tried() -> None:
    assert set(FIELDS) == {field.name for field in fields(SpokenLine)}


@pytest.mark.parametrize("name", [field.name for field in fields(SpokenLine)])
@given(line=lines, data=st.data())
def test_a_field_changes_the_key_if_the_sound_depends_on_it(
    name: str,
    line: SpokenLine,
    data: st.DataObject,
) -> None:
    change: dict[str, Any] = {name: data.draw(FIELDS[name])}
    other = replace(line, **change)
    differs = heard(getattr(other, name)) != heard(getattr(line, name))
    changes = recording_key("e", other) != recording_key("e", line)
    assert changes == (differs and name not in UNHEARD)


@pytest.mark.parametrize("setting", [field.name for field in fields(SpeechSettings)])
def test_a_setting_changes_the_key_if_the_sound_depends_on_it(setting: str) -> None:
    line = SpokenLine("s", 0, "text", "en", timbre(1.0))
    change: dict[str, Any] = {setting: 0.5 if setting == "speed" else 1}
    other = replace(line, settings=SpeechSettings(**change))
    changes = recording_key("e", other) != recording_key("e", line)
    assert changes == (setting not in UNHEARD_SETTINGS)


@pytest.mark.parametrize("part", [field.name for field in fields(Pronunciation)])
def test_every_part_of_a_pronunciation_changes_the_key(part: str) -> None:
    spelling = Pronunciation(0, 4, "a")
    change: dict[str, Any] = {part: "b" if part == "ipa" else 2}
    other = replace(spelling, **change)
    line = SpokenLine("s", 0, "text", "en", timbre(1.0), pronunciations=(spelling,))
    changed = replace(line, pronunciations=(other,))
    assert recording_key("e", changed) != recording_key("e", line)


def test_the_engine_and_whom_a_timbre_was_made_for_change_the_key() -> None:
    line = SpokenLine("s", 0, "text", "en", timbre(1.0))
    assert recording_key("e/2", line) != recording_key("e/1", line)
    other = replace(line, timbre=timbre(1.0, "fake/2"))
    assert recording_key("e/1", other) != recording_key("e/1", line)


def test_a_key_is_the_same_in_every_process_and_version() -> None:
    line = SpokenLine("s", 0, "Grüße \ud800", "de", timbre(0.5), settings=SpeechSettings(top_k=3))
    assert recording_key("fake/1", line) == (
        "6bb00c75666da1e972324bfc4103f81999602209ab5faaa783165a6c183cfec5"
    )


def test_what_a_recording_costs_is_no_less_than_what_it_holds() -> None:
    for samples, words in ((0, 0), (1000, 0), (1000, 50)):
        assert recording(1, samples, words).size_bytes >= 4 * samples + 4 * 8 * words


def test_a_sealed_recording_is_the_same_and_cannot_be_changed() -> None:
    given = recording(1)
    sealed = given.sealed()
    assert same(sealed, given)
    assert not np.shares_memory(sealed.samples, given.samples)
    with pytest.raises(ValueError, match="WRITEABLE"):
        sealed.samples.flags.writeable = True


@pytest.mark.parametrize("module", ["domain.recording", "domain.replay", "domain.ports"])
def test_each_module_can_be_imported_first(module: str) -> None:
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True, cwd=_SRC)


_SRC = Path(__file__).parents[3] / "src"
