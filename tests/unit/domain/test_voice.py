from datetime import UTC, datetime

import numpy as np
import pytest

from domain.audio import Pcm
from domain.errors import ClipRefusedError, VoiceIdInvalidError, VoiceTextInvalidError
from domain.voice import (
    Clip,
    Timbre,
    Voice,
    check_clip,
    is_voice_id,
    sounding_s,
    speaker_id,
    voice_id,
)

RATE = 16_000


def tone(seconds: float, level: float = 0.5) -> Pcm:
    time = np.arange(round(seconds * RATE)) / RATE
    return Pcm((level * np.sin(2 * np.pi * 220 * time)).astype(np.float32), RATE)


def test_a_good_clip_passes_without_a_word() -> None:
    assert check_clip(tone(4), 60) == ()


def test_a_short_clip_is_a_warning_with_its_length() -> None:
    (warning,) = check_clip(tone(2), 60)
    assert "2.0 s" in warning


@pytest.mark.parametrize(
    ("clip", "measured"),
    [
        (tone(0.5), r"0\.50 s"),
        (tone(61), "60 s allowed"),
        (tone(5, level=0.0), r"0\.00 s of sound"),
        (tone(5, level=0.003), r"0\.00 s of sound"),
        (Pcm(np.full(RATE * 4, np.nan, dtype=np.float32), RATE), "not numbers"),
    ],
)
def test_a_clip_that_makes_no_voice_is_refused_with_the_measure(clip: Pcm, measured: str) -> None:
    with pytest.raises(ClipRefusedError, match=measured):
        check_clip(clip, 60)


def test_a_click_in_silence_is_still_silence() -> None:
    samples = np.zeros(RATE * 4, dtype=np.float32)
    samples[RATE] = 1.0
    with pytest.raises(ClipRefusedError, match=r"0\.02 s of sound"):
        check_clip(Pcm(samples, RATE), 60)
    assert sounding_s(Pcm(samples[:0], RATE)) == 0.0


@pytest.mark.parametrize("harmful", ["", "../etc", "a/b", "a b", "x" * 65, "ä", "a\n"])
def test_an_id_that_could_become_a_path_is_refused(harmful: str) -> None:
    assert not is_voice_id(harmful)
    with pytest.raises(VoiceIdInvalidError):
        voice_id(harmful)


def test_ids_are_the_callers_or_new() -> None:
    assert voice_id("my_voice-1") == "my_voice-1"
    assert is_voice_id(voice_id(None))
    assert voice_id(None) != voice_id(None)


def test_a_timbres_hash_sees_names_shapes_and_values() -> None:
    ones = np.ones((2, 3), dtype=np.float32)
    hashes = {
        Timbre("e", {"a": ones}).sha256,
        Timbre("f", {"a": ones}).sha256,
        Timbre("e", {"b": ones}).sha256,
        Timbre("e", {"a": ones.reshape(3, 2)}).sha256,
        Timbre("e", {"a": ones * 2}).sha256,
    }
    assert len(hashes) == 5
    assert Timbre("e", {"a": ones.copy()}).sha256 in hashes


def test_a_clip_is_known_by_its_bytes() -> None:
    assert Clip(b"a", 1.0, 1).sha256 != Clip(b"b", 1.0, 1).sha256


@pytest.mark.parametrize("broken", ["a\0b", "\udcff", "x\ud800", "x" * 2001])
def test_text_no_database_can_hold_is_refused(broken: str) -> None:
    now = datetime.now(UTC)
    with pytest.raises(VoiceTextInvalidError, match="name"):
        Voice("a", broken, "", now)
    with pytest.raises(VoiceTextInvalidError, match="description"):
        Voice("a", "A", broken, now)
    with pytest.raises(VoiceIdInvalidError):
        Voice("a/b", "A", "", now)


def test_a_voice_is_a_value() -> None:
    now = datetime.now(UTC)
    assert Voice("a", "A", "", now) == Voice("a", "A", "", now)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Mr serious", "Mr-serious"),
        ("Alma María", "Alma-Maria"),
        ("f2", "f2"),
        ("  (a) / b. ", "a-b"),
        ("x" * 80, "x" * 64),
        ("王", "王"),
    ],
)
def test_a_speakers_id_can_be_part_of_an_address(name: str, called: str) -> None:
    assert speaker_id(name) == called
