"""A voice as one file: a line that names the format, a JSON header, then the bytes it describes."""

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np

from domain.errors import SpeechError, VoiceFileInvalidError
from domain.voice import Care, Clip, Consent, Timbre, Voice

_MAGIC = b"RHAPSODE VOICE 1\n"
_LONGEST_HEADER = 1 << 20
_MOST_PARTS = 64
_DIGEST = hashlib.sha256().digest_size
_QUIETEST_LUFS, _LOUDEST_LUFS = -70.0, 0.0


_WRONG = (
    *(SpeechError, ValueError, KeyError, TypeError, AttributeError),
    *(OverflowError, RecursionError),
)
"""What reading a header of any shape may raise."""


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """All there is to a voice; where it is put decides its owner and its version."""

    voice: Voice
    clips: tuple[Clip, ...]
    timbres: tuple[Timbre, ...]
    heard_lufs: Mapping[str, float] = field(default_factory=dict)
    """How loud the voice was found to be, by the hash of the timbre it spoke with."""


def packed(file: VoiceFile) -> bytes:
    """Return the file; its last bytes are a SHA-256 over all the others."""
    header = json.dumps(
        {
            "voice": _voice_fields(file.voice),
            "clips": [_clip_fields(clip) for clip in file.clips],
            "timbres": [_timbre_fields(timbre, file.heard_lufs) for timbre in file.timbres],
        },
    ).encode()
    blobs = [clip.flac for clip in file.clips]
    blobs += [
        array.astype("<f4").tobytes() for timbre in file.timbres for _, array in _sorted(timbre)
    ]
    body = b"".join([_MAGIC, struct.pack("<I", len(header)), header, *blobs])
    return body + hashlib.sha256(body).digest()


def unpacked(data: bytes) -> VoiceFile:
    """Read a file back; whatever is wrong with it raises `VoiceFileInvalidError`."""
    if not data.startswith(_MAGIC):
        msg = "its first line is another"
        raise VoiceFileInvalidError(msg)
    body, digest = data[:-_DIGEST], data[-_DIGEST:]
    if hashlib.sha256(body).digest() != digest:
        msg = "its hash does not match"
        raise VoiceFileInvalidError(msg)
    try:
        return _read(_Blobs(body, len(_MAGIC)))
    except _WRONG as error:
        raise VoiceFileInvalidError(str(error)[:200]) from error


def _read(blobs: "_Blobs") -> VoiceFile:
    header = json.loads(blobs.take(_header_length(blobs)))
    if len(header["clips"]) + len(header["timbres"]) > _MOST_PARTS:
        msg = "it has too many parts"
        raise ValueError(msg)
    voice = _voice(header["voice"])
    clips = tuple(_clip(fields, blobs) for fields in header["clips"])
    timbres = tuple(_timbre(fields, blobs) for fields in header["timbres"])
    blobs.end()
    heard = zip(timbres, header["timbres"], strict=True)
    told = {timbre.sha256: _lufs(fields["heard_lufs"]) for timbre, fields in heard}
    return VoiceFile(
        voice, clips, timbres, {key: lufs for key, lufs in told.items() if lufs is not None}
    )


def _header_length(blobs: "_Blobs") -> int:
    (length,) = struct.unpack("<I", blobs.take(4))
    if length > _LONGEST_HEADER:
        msg = "its header is too long"
        raise ValueError(msg)
    return int(length)


class _Blobs:
    """The bytes behind one another, taken in order and never beyond the end."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self._at = at

    def take(self, length: int) -> bytes:
        if length < 0 or self._at + length > len(self._data):
            msg = "it ends too early"
            raise ValueError(msg)
        taken = self._data[self._at : self._at + length]
        self._at += length
        return taken

    def end(self) -> None:
        if self._at != len(self._data):
            msg = "it goes on after its end"
            raise ValueError(msg)


def _voice_fields(voice: Voice) -> dict[str, Any]:
    consent = voice.consent
    return {
        "id": voice.id,
        "name": voice.name,
        "description": voice.description,
        "created_at": voice.created_at.isoformat(),
        "language": voice.language,
        "labels": dict(voice.labels),
        "consent": consent
        and {
            "by": consent.by,
            "statement": consent.statement,
            "given_at": consent.given_at.isoformat(),
        },
    }


def _voice(fields: Mapping[str, Any]) -> Voice:
    consent = fields["consent"]
    labels = dict(fields["labels"])
    texts = [fields["id"], fields["name"], fields["description"], fields["language"] or ""]
    if not all(isinstance(text, str) for text in (*texts, *labels, *labels.values())):
        msg = "a text in it is no text"
        raise TypeError(msg)
    voice = Voice(
        id=fields["id"],
        name=fields["name"],
        description=fields["description"],
        created_at=_moment(fields["created_at"]),
        language=fields["language"],
        labels=labels,
    )
    if consent is None:
        return voice
    given = Consent(consent["by"], consent["statement"], _moment(consent["given_at"]))
    return replace(voice, consent=given)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = "a time in it has no zone"
        raise ValueError(msg)
    return moment


def _clip_fields(clip: Clip) -> dict[str, Any]:
    return {
        "bytes": len(clip.flac),
        "seconds": clip.seconds,
        "rate_hz": clip.rate_hz,
        "denoise": clip.care.denoise,
        "trim_silence": clip.care.trim_silence,
    }


def _clip(fields: Mapping[str, Any], blobs: _Blobs) -> Clip:
    flac = blobs.take(int(fields["bytes"]))
    # the first files were written before there was any care to be taken
    care = Care(fields.get("denoise") is True, fields.get("trim_silence") is True)
    return Clip(flac, float(fields["seconds"]), int(fields["rate_hz"]), care)


def _timbre_fields(timbre: Timbre, heard_lufs: Mapping[str, float]) -> dict[str, Any]:
    return {
        "fingerprint": timbre.fingerprint,
        "heard_lufs": heard_lufs.get(timbre.sha256),
        "arrays": [{"name": name, "shape": array.shape} for name, array in _sorted(timbre)],
    }


def _timbre(fields: Mapping[str, Any], blobs: _Blobs) -> Timbre:
    arrays = {}
    for array in fields["arrays"]:
        shape = tuple(int(side) for side in array["shape"])
        data = blobs.take(4 * _product(shape))
        samples = np.frombuffer(data, dtype="<f4").astype(np.float32)
        if not np.isfinite(samples).all():
            msg = "an array in it holds what is no number"
            raise ValueError(msg)
        arrays[str(array["name"])] = samples.reshape(shape)
    return Timbre(str(fields["fingerprint"]), arrays)


def _lufs(told: Any) -> float | None:
    lufs = None if told is None else float(told)
    if lufs is not None and not _QUIETEST_LUFS <= lufs <= _LOUDEST_LUFS:
        msg = "a loudness in it is none"
        raise ValueError(msg)
    return lufs


def _product(shape: Sequence[int]) -> int:
    count = 1
    for side in shape:
        if side < 0:
            msg = "an array in it has a negative side"
            raise ValueError(msg)
        count *= side
    return count


def _sorted(timbre: Timbre) -> list[tuple[str, Any]]:
    return sorted(timbre.arrays.items())
