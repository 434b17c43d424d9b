import json
import struct
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from adapters.sql.arrays import pack, unpack
from domain.audio import Samples

WHOLE = pack({"gpt": np.arange(6, dtype=np.float32).reshape(2, 3), "pace": np.ones(1, np.float32)})


def framed(header: bytes, samples: bytes = b"") -> bytes:
    return struct.pack("<4sI", b"RHA1", len(header)) + header + samples


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), max_size=20),
        arrays_of.arrays(np.float32, arrays_of.array_shapes(min_dims=0, min_side=0, max_side=4)),
        max_size=5,
    ),
)
def test_arrays_come_back_as_they_were(arrays: dict[str, Samples]) -> None:
    back = unpack(pack(arrays))
    assert list(back) == list(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == np.float32
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()


def test_the_layout_on_disk_is_the_documented_one() -> None:
    header = b'[["gpt",[2,3]],["pace",[1]]]'
    samples = struct.pack("<7f", 0, 1, 2, 3, 4, 5, 1)
    assert framed(header, samples) == WHOLE


def test_arrays_in_other_layouts_are_kept_by_value() -> None:
    turned = np.arange(6, dtype=np.float32).reshape(2, 3).T
    np.testing.assert_array_equal(unpack(pack({"t": turned}))["t"], turned)


def test_arrays_can_be_written_to() -> None:
    unpack(WHOLE)["gpt"][0, 0] = 9.0


@pytest.mark.parametrize(
    ("hostile", "reason"),
    [
        (b"", "mark"),
        (b"RHA1", "mark"),
        (b"RHA2" + WHOLE[4:], "mark"),
        (b"\x80\x04\x95cos\nsystem\n", "mark"),
        (struct.pack("<4sI", b"RHA1", 2**32 - 1), "longer"),
        (struct.pack("<4sI", b"RHA1", 20_000) + b" " * 20_000, "longer"),
        (framed(b"\xff\xfe"), "JSON"),
        (framed(b"[" * 16_000), "JSON"),
        (framed(b'[["a",[' + b"9" * 5_000 + b"]]]"), "JSON"),
        (framed(b"{}"), "list"),
        (framed(json.dumps([["a", [0]]] * 65).encode()), "list"),
        (framed(b'[["a",[0]],["a",[0]]]'), "one name"),
        (framed(b"[1]"), "name and shape"),
        (framed(b'[["a"]]'), "name and shape"),
        (framed(b"[[1,[1]]]"), "name and shape"),
        (framed(b'[["a",[-1]]]'), "name and shape"),
        (framed(b'[["a",[true]]]'), "name and shape"),
        (framed(b'[["a",[1.0]]]'), "name and shape"),
        (framed(b'[["a",[NaN]]]'), "name and shape"),
        (framed(b'[["a",[1e999]]]'), "name and shape"),
        (framed(b'[["a",[99999999999]]]'), "name and shape"),
        (framed(b'[["a",[1,1,1,1,1,1,1,1,1]]]', b"\0" * 4), "name and shape"),
        (framed(json.dumps([["a" * 129, [0]]]).encode()), "name and shape"),
        (framed(b'[["a",[4000000,4000000,4000000]]]'), "promises"),
        (WHOLE[:-1], "promises"),
        (WHOLE + b"\0", "promises"),
        (bytes(64 * 2**20 + 1), "more than"),
    ],
)
def test_hostile_bytes_are_refused_with_a_reason(hostile: bytes, reason: str) -> None:
    began = time.perf_counter()
    with pytest.raises(ValueError, match=f"not the arrays of a timbre: .*{reason}"):
        unpack(hostile)
    assert time.perf_counter() - began < 2


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(WHOLE)))
def test_any_bytes_are_arrays_or_refused(noise: bytes, at: int) -> None:
    for hostile in (noise, WHOLE[:at] + noise + WHOLE[at:], WHOLE[:at] + noise):
        try:
            unpack(hostile)
        except ValueError as error:
            assert "not the arrays of a timbre" in str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "arrays",
    [
        {str(n): np.zeros(1, np.float32) for n in range(65)},
        {"a" * 129: np.zeros(1, np.float32)},
        {"deep": np.zeros((1,) * 9, np.float32)},
        {"large": np.zeros(2**24 + 1, np.float32)},
    ],
)
def test_what_could_not_be_read_back_is_not_written(arrays: dict[str, Samples]) -> None:
    with pytest.raises(ValueError, match="not the arrays of a timbre"):
        pack(arrays)
