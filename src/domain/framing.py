"""Encoded sound in whole frames or pages, and how long each of them lasts."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain import flac
from domain.formats import AudioFormat, Codec

_ID3 = b"ID3"
_ID3_HEADER = 10
_MP3_HEADER = 4
_ADTS_HEADER = 7
_PAGE_HEADER = 27
_ADTS_SAMPLES = 1024
_OPUS_HZ = 48_000
_STREAM_BEGINS = 2
_LARGEST_FLAC = 2**20
"""So much that holds no whole frame is none of ours: it goes on as it is."""
_MPEG_1 = 3
_MP3_KBPS = {
    _MPEG_1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_HZ = {
    _MPEG_1: (44_100, 48_000, 32_000),
    2: (22_050, 24_000, 16_000),
    0: (11_025, 12_000, 8_000),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """The least that can be sent of a stream."""

    data: bytes
    seconds: float


class Framer:
    """Cuts the bytes of one encoder; what belongs to no frame goes with the next one.

    A frame of FLAC is whole once the next begins. What goes on behind another encoder has no tag:
    in the midst of frames it is a broken one to some.
    """

    def __init__(self, to: AudioFormat, *, goes_on: bool = False) -> None:
        self._codec = to.codec
        self._rate_hz = to.rate_hz
        self._goes_on = goes_on
        self._held = b""
        self._before = b""
        self._granule = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that are whole by now."""
        self._held += data
        while self._held:
            length, seconds = self._first()
            if not 0 < length <= len(self._held):
                return
            tag = self._held.startswith(_ID3)
            unit, self._held = self._before + self._held[:length], self._held[length:]
            if tag and self._goes_on:
                continue
            if seconds is None:
                self._before = unit
            else:
                self._before = b""
                yield Frame(unit, seconds)

    def end(self) -> Iterator[Frame]:
        """Yield what is left at the end."""
        seconds = self._flac_s() if self._codec is Codec.FLAC else 0.0
        rest, self._before, self._held = self._before + self._held, b"", b""
        if rest:
            yield Frame(rest, seconds)

    def _first(self) -> tuple[int, float | None]:
        """Return how long what comes first is, 0 where that cannot be told yet, and lasts."""
        match self._codec:
            case Codec.OPUS:
                return self._page()
            case Codec.MP3 | Codec.AAC if self._held.startswith(_ID3):
                return self._tag(), None
            case Codec.MP3:
                return self._mp3()
            case Codec.AAC:
                return self._adts()
            case Codec.FLAC:
                return self._flac()
        return len(self._held), 0.0

    def _tag(self) -> int:
        if len(self._held) < _ID3_HEADER:
            return 0
        size = 0
        for byte in self._held[6:_ID3_HEADER]:
            size = size << 7 | byte & 0x7F
        return _ID3_HEADER + size

    def _mp3(self) -> tuple[int, float]:
        if len(self._held) < _MP3_HEADER:
            return 0, 0.0
        version, rates = self._held[1] >> 3 & 3, self._held[2]
        first = version == _MPEG_1
        kbps = _MP3_KBPS[_MPEG_1 if first else 2][rates >> 4]
        rate_hz = _MP3_HZ[version][rates >> 2 & 3]
        samples = 1152 if first else 576
        return samples * 125 * kbps // rate_hz + (rates >> 1 & 1), samples / rate_hz

    def _adts(self) -> tuple[int, float]:
        if len(self._held) < _ADTS_HEADER:
            return 0, 0.0
        high, middle, low = self._held[3:6]
        return (high & 3) << 11 | middle << 3 | low >> 5, _ADTS_SAMPLES / self._rate_hz

    def _flac(self) -> tuple[int, float | None]:
        if len(self._held) > _LARGEST_FLAC:
            return len(self._held), 0.0
        if self._held.startswith(flac.MARK):
            return flac.described(self._held), None
        return flac.frame_end(self._held), self._flac_s()

    def _flac_s(self) -> float:
        header = flac.header(self._held)
        return header.samples / self._rate_hz if header else 0.0

    def _page(self) -> tuple[int, float | None]:
        if len(self._held) < _PAGE_HEADER:
            return 0, 0.0
        segments = self._held[26]
        if len(self._held) < _PAGE_HEADER + segments:
            return 0, 0.0
        length = _PAGE_HEADER + segments + sum(self._held[_PAGE_HEADER : _PAGE_HEADER + segments])
        if length > len(self._held):
            return 0, 0.0
        if self._held[5] & _STREAM_BEGINS:
            self._granule = 0
        granule = int.from_bytes(self._held[6:14], "little", signed=True)
        before, self._granule = self._granule, max(self._granule, granule)
        return length, (self._granule - before) / _OPUS_HZ if granule > 0 else None
