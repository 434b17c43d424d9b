import hashlib
import json
import random
import struct
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import VoiceFileInvalidError
from domain.voice import Care, Clip, Consent, Timbre, Voice
from domain.voice_file import VoiceFile, packed, unpacked

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
VOICE = Voice(
    id="ana",
    name="Ana – née",
    description="warm",
    created_at=NOW,
    language="pt",
    labels={"use": "books"},
    consent=Consent("Ana", "I agree.", NOW),
)
ARRAYS = {
    "gpt_cond_latent": np.arange(64, dtype=np.float32).reshape(2, 32),
    "speaker_embedding": np.linspace(-1, 1, 8, dtype=np.float32),
}
TIMBRES = (Timbre("e/1", ARRAYS), Timbre("f/2", {"x": ARRAYS["speaker_embedding"]}))
FILE = VoiceFile(
    VOICE,
    (Clip(b"flac one", 4.0, 24_000), Clip(b"flac two", 5.5, 8000, Care(denoise=True))),
    TIMBRES,
    {TIMBRES[0].sha256: -17.5},
)


def test_a_voice_comes_back_as_it_was() -> None:
    back = unpacked(packed(FILE))
    assert back.voice == VOICE
    assert back.clips == FILE.clips
    assert back.heard_lufs == FILE.heard_lufs
    for ours, theirs in zip(FILE.timbres, back.timbres, strict=True):
        assert (ours.fingerprint, ours.sha256) == (theirs.fingerprint, theirs.sha256)


def test_a_voice_without_anything_is_a_file_too() -> None:
    bare = VoiceFile(replace(VOICE, consent=None, labels={}, language=None), (), ())
    assert unpacked(packed(bare)) == bare


@pytest.mark.parametrize(
    "data",
    [b"", b"RIFF", b"RHAPSODE VOICE 1\n", b"RHAPSODE VOICE 9\n" + b"x" * 64],
)
def test_another_file_is_refused(data: bytes) -> None:
    with pytest.raises(VoiceFileInvalidError, match="export it again"):
        unpacked(data)


def test_every_flipped_bit_is_noticed() -> None:
    data = packed(FILE)
    chance = random.Random(1)  # noqa: S311 - the same flips in every run
    for _ in range(300):
        at = chance.randrange(len(data))
        broken = data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        with pytest.raises(VoiceFileInvalidError):
            unpacked(broken)


HOSTILE = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["voice", "clips", "timbres", "id", "name", "bytes", "shape", "arrays", "labels"],
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(HOSTILE)
def test_a_header_of_any_shape_is_read_or_refused(header: object) -> None:
    with pytest.raises(VoiceFileInvalidError):
        unpacked(sealed(header))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("id", "../up"),
        ("id", 5),
        ("labels", {"a": 1}),
        ("labels", [1]),
        ("labels", "x"),
        ("created_at", "yesterday"),
        ("consent", {"by": 1, "statement": "", "given_at": "2026-01-01"}),
        ("name", "x" * 5000),
    ],
)
def test_a_voice_that_could_not_be_kept_is_refused(part: str, value: object) -> None:
    voice: dict[str, object] = {
        "id": "a",
        "name": "",
        "description": "",
        "created_at": NOW.isoformat(),
        "language": None,
        "labels": {},
        "consent": None,
    }
    with pytest.raises(VoiceFileInvalidError):
        unpacked(sealed({"voice": voice | {part: value}, "clips": [], "timbres": []}))


@pytest.mark.parametrize("shape", [[-1], [1 << 40], [1 << 20, 1 << 20, 1 << 20], ["a"], [0.5e300]])
def test_arrays_of_impossible_shape_are_refused(shape: list[object]) -> None:
    timbre = {"fingerprint": "e", "heard_lufs": None, "arrays": [{"name": "a", "shape": shape}]}
    voice = {"id": "a", "name": "", "description": "", "created_at": NOW.isoformat()}
    whole: dict[str, object] = {**voice, "language": None, "labels": {}, "consent": None}
    with pytest.raises(VoiceFileInvalidError):
        unpacked(sealed({"voice": whole, "clips": [], "timbres": [timbre]}))


@pytest.mark.parametrize("told", [float("nan"), float("-inf"), 12.0, -400.0, "loud", [1]])
def test_a_loudness_that_is_none_is_refused(told: object) -> None:
    heard = {"fingerprint": "e", "heard_lufs": told, "arrays": []}
    voice = {"id": "a", "name": "", "description": "", "created_at": NOW.isoformat()}
    whole: dict[str, object] = {**voice, "language": None, "labels": {}, "consent": None}
    with pytest.raises(VoiceFileInvalidError):
        unpacked(sealed({"voice": whole, "clips": [], "timbres": [heard]}))
    heard["heard_lufs"] = -20
    file = unpacked(sealed({"voice": whole, "clips": [], "timbres": [heard]}))
    assert list(file.heard_lufs.values()) == [-20.0]


def test_a_clip_of_a_file_from_before_there_was_care_was_heard_as_sent() -> None:
    data = packed(FILE)
    length = struct.unpack_from("<I", data, 17)[0]
    header = json.loads(data[21 : 21 + length])
    for clip in header["clips"]:
        del clip["denoise"], clip["trim_silence"]
    text = json.dumps(header).encode()
    body = data[:17] + struct.pack("<I", len(text)) + text + data[21 + length : -32]
    back = unpacked(body + hashlib.sha256(body).digest())
    assert [clip.care for clip in back.clips] == [Care(), Care()]


def sealed(header: object) -> bytes:
    """A file whose hash is right, whatever its header says."""
    text = json.dumps(header).encode()
    body = b"RHAPSODE VOICE 1\n" + struct.pack("<I", len(text)) + text
    return body + hashlib.sha256(body).digest()
