"""A timbre's arrays as bytes: a mark, a JSON header of names and shapes, raw float32.

"RHA1" | header length, uint32 | [["name", [32, 1024]], ...] in UTF-8 | samples, little-endian
"""

import json
import math
import struct
from collections.abc import Mapping
from typing import NoReturn

import numpy as np

from domain.audio import Samples

_MARK = b"RHA1"
_PREFIX = struct.Struct("<4sI")
_SAMPLE_BYTES = 4
_MOST_HEADER_BYTES = 16_384
_MOST_ARRAYS = 64
_MOST_DIMENSIONS = 8
_MOST_NAME = 128
_MOST_BYTES = 64 * 2**20
_BAD = "These bytes are not the arrays of a timbre: {}."

_Layout = list[tuple[str, tuple[int, ...]]]


def pack(arrays: Mapping[str, Samples]) -> bytes:
    """Return bytes that `unpack` turns into equal arrays on any machine."""
    layout: _Layout = [(name, array.shape) for name, array in arrays.items()]
    header = json.dumps(layout, separators=(",", ":")).encode()
    parts = [array.astype("<f4").tobytes() for array in arrays.values()]
    packed = b"".join((_PREFIX.pack(_MARK, len(header)), header, *parts))
    _layout(packed)
    return packed


def unpack(packed: bytes) -> dict[str, Samples]:
    """Return the arrays; a `ValueError` says what is wrong with bytes that `pack` did not make."""
    layout, at = _layout(packed)
    arrays: dict[str, Samples] = {}
    for name, shape in layout:
        count = math.prod(shape)
        flat = np.frombuffer(packed, dtype="<f4", count=count, offset=at)
        arrays[name] = flat.astype(np.float32).reshape(shape)
        at += count * _SAMPLE_BYTES
    return arrays


def _layout(packed: bytes) -> tuple[_Layout, int]:
    """Return names and shapes, and where the samples begin; they fill the rest exactly."""
    if len(packed) > _MOST_BYTES:
        _refuse(f"they are more than {_MOST_BYTES} bytes")
    if len(packed) < _PREFIX.size or not packed.startswith(_MARK):
        _refuse("they do not begin with the mark of version 1")
    at = _PREFIX.size + _PREFIX.unpack_from(packed)[1]
    if at > min(len(packed), _PREFIX.size + _MOST_HEADER_BYTES):
        _refuse("the header is longer than it may be")
    layout = _header(packed[_PREFIX.size : at])
    expected = at + _SAMPLE_BYTES * sum(math.prod(shape) for _, shape in layout)
    if expected != len(packed):
        _refuse(f"they are {len(packed)} bytes where the header promises {expected}")
    return layout, at


def _header(raw: bytes) -> _Layout:
    try:
        rows = json.loads(raw)
    except (ValueError, RecursionError) as e:
        msg = _BAD.format("the header is not JSON")
        raise ValueError(msg) from e
    if not isinstance(rows, list) or len(rows) > _MOST_ARRAYS:
        _refuse(f"the header is not a list of at most {_MOST_ARRAYS} arrays")
    layout = [_entry(row) for row in rows]
    if len({name for name, _ in layout}) != len(layout):
        _refuse("two arrays have one name")
    return layout


def _entry(row: object) -> tuple[str, tuple[int, ...]]:
    match row:
        case [str(name), list(shape)] if len(name) <= _MOST_NAME and _is_shape(shape):
            return name, tuple(shape)
        case _:
            msg = _BAD.format("an array has no proper name and shape")
            raise ValueError(msg)


def _is_shape(shape: list[object]) -> bool:
    return len(shape) <= _MOST_DIMENSIONS and all(
        type(side) is int and 0 <= side <= _MOST_BYTES for side in shape
    )


def _refuse(reason: str) -> NoReturn:
    raise ValueError(_BAD.format(reason))
