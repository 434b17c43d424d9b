"""The formats sound leaves the house in: their names, rates, media types and delays."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import FormatUnknownError


class Codec(StrEnum):
    """How samples become bytes."""

    PCM = "pcm"
    WAV = "wav"
    ULAW = "ulaw"
    ALAW = "alaw"
    MP3 = "mp3"
    OPUS = "opus"
    AAC = "aac"
    FLAC = "flac"


USUAL_RATES_HZ = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is true of every format of a codec."""

    media_type: str
    file_suffix: str
    usual_hz: int = 24_000
    rates_hz: tuple[int, ...] = USUAL_RATES_HZ
    lead_samples: int = 0


_LAME_AND_DECODER_DELAY = 576 + 529
_AAC_FRAME = 1024
_TELEPHONE = (8_000,)
_OPUS_RATES_HZ = (8_000, 12_000, 16_000, 24_000, 48_000)

_KINDS: Mapping[Codec, _Kind] = {
    Codec.PCM: _Kind("audio/pcm", ".pcm"),
    Codec.WAV: _Kind("audio/wav", ".wav"),
    Codec.ULAW: _Kind("audio/basic", ".ulaw", 8_000, _TELEPHONE),
    Codec.ALAW: _Kind("audio/x-alaw-basic", ".alaw", 8_000, _TELEPHONE),
    Codec.MP3: _Kind("audio/mpeg", ".mp3", lead_samples=_LAME_AND_DECODER_DELAY),
    Codec.OPUS: _Kind("audio/ogg", ".opus", rates_hz=_OPUS_RATES_HZ),
    # at 24 kHz a frame of AAC lasts 43 ms, which every listener would wait for
    Codec.AAC: _Kind("audio/aac", ".aac", 44_100, lead_samples=_AAC_FRAME),
    Codec.FLAC: _Kind("audio/flac", ".flac"),
}

_MP3_FAST_KBPS = frozenset((32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320))
_MP3_HALF_KBPS = frozenset((8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160))
_MP3_QUARTER_KBPS = frozenset((8, 16, 24, 32, 40, 48, 56, 64))
_OPUS_KBPS = range(6, 257)
_AAC_LEAST_KBPS, _AAC_MOST_BITS_A_SAMPLE = 16, 6

_WIDE_HZ, _NARROW_HZ = 32_000, 16_000
_USUAL_KBPS: Mapping[Codec, tuple[int, int, int]] = {
    Codec.MP3: (128, 64, 32),
    Codec.OPUS: (64, 48, 24),
    Codec.AAC: (96, 64, 32),
}
"""Where one voice sounds right: from 32 kHz on, from 16 kHz on, below."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """A codec, the rate of its samples, and its bit rate where it has one."""

    codec: Codec
    rate_hz: int
    kbps: int | None = None
    """None where the codec has none; a codec that has one then takes what is usual."""

    def __post_init__(self) -> None:
        if self.rate_hz not in _KINDS[self.codec].rates_hz or not self._bit_rate_exists():
            raise FormatUnknownError(self.name, FORMAT_NAMES)

    @property
    def name(self) -> str:
        """As clients write it: `mp3_44100_128`, `pcm_24000`."""
        rates = (self.rate_hz,) if self.kbps is None else (self.rate_hz, self.kbps)
        return "_".join((self.codec, *map(str, rates)))

    @property
    def media_type(self) -> str:
        """What `Content-Type` says."""
        return _KINDS[self.codec].media_type

    @property
    def file_suffix(self) -> str:
        """How a file of it is named, with the dot."""
        return _KINDS[self.codec].file_suffix

    @property
    def lead_s(self) -> float:
        """How long a plain decoder of a stream plays before the first sample that was encoded.

        Opus tells its decoder what to leave out; so does a whole MP3, but no stream of MP3.
        """
        return _KINDS[self.codec].lead_samples / self.rate_hz

    @property
    def whole_lead_s(self) -> float:
        """As `lead_s`, for a whole file."""
        return 0.0 if self.codec is Codec.MP3 else self.lead_s

    @property
    def bytes_a_second(self) -> float | None:
        """How many bytes a second of a stream takes; None where that depends on the sound."""
        match self.codec:
            case Codec.PCM | Codec.WAV:
                return 2.0 * self.rate_hz
            case Codec.ULAW | Codec.ALAW:
                return float(self.rate_hz)
            case Codec.MP3:
                return 125.0 * (self.kbps or usual_kbps(self.codec, self.rate_hz) or 0)
            case _:
                return None

    @property
    def needs_encoder(self) -> bool:
        """Whether it takes more than a little arithmetic."""
        return self.codec in {Codec.MP3, Codec.OPUS, Codec.AAC, Codec.FLAC}

    def _bit_rate_exists(self) -> bool:
        if self.kbps is None:
            return True
        match self.codec:
            case Codec.MP3:
                return self.kbps in _mp3_kbps(self.rate_hz)
            case Codec.OPUS:
                return self.kbps in _OPUS_KBPS
            case Codec.AAC:
                most = self.rate_hz * _AAC_MOST_BITS_A_SAMPLE / 1000
                return _AAC_LEAST_KBPS <= self.kbps <= most
            case _:
                return False


_CODECS: Mapping[str, Codec] = {
    **{codec.value: codec for codec in Codec},
    "ogg": Codec.OPUS,
    "mulaw": Codec.ULAW,
}
_PCM_RATES = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)

FORMAT_NAMES: tuple[str, ...] = (
    *(codec.value for codec in Codec),
    "mp3_22050_32",
    "mp3_24000_48",
    *(f"mp3_44100_{kbps}" for kbps in (32, 64, 96, 128, 192)),
    *(f"pcm_{rate_hz}" for rate_hz in _PCM_RATES),
    *(f"wav_{rate_hz}" for rate_hz in _PCM_RATES),
    "ulaw_8000",
    "alaw_8000",
    *(f"opus_48000_{kbps}" for kbps in (32, 64, 96, 128, 192)),
)
"""Names to choose from; other rates of the same codecs are understood as well."""


def format_named(name: str) -> AudioFormat:
    """Return the format a client names: `mp3`, `mp3_44100` or `mp3_44100_128`."""
    first, *rest = name.strip().lower().split("_")
    codec, numbers = _CODECS.get(first), [_number(part) for part in rest]
    most = 2 if codec in _USUAL_KBPS else 1
    if codec is None or len(numbers) > most or None in numbers:
        raise FormatUnknownError(name, FORMAT_NAMES)
    given = [number for number in numbers if number is not None]
    rate_hz = given[0] if given else _KINDS[codec].usual_hz
    return AudioFormat(codec, rate_hz, given[1] if given[1:] else usual_kbps(codec, rate_hz))


def usual_kbps(codec: Codec, rate_hz: int) -> int | None:
    """Return the bit rate at which one voice sounds right; None where a codec has none."""
    if codec not in _USUAL_KBPS:
        return None
    wide, middle, narrow = _USUAL_KBPS[codec]
    if rate_hz >= _WIDE_HZ:
        return wide
    return middle if rate_hz >= _NARROW_HZ else narrow


def _number(part: str) -> int | None:
    short = 6
    return int(part) if part.isascii() and part.isdecimal() and len(part) <= short else None


def _mp3_kbps(rate_hz: int) -> frozenset[int]:
    """MPEG-1, MPEG-2 and MPEG-2.5 each have their own."""
    if rate_hz >= _WIDE_HZ:
        return _MP3_FAST_KBPS
    return _MP3_HALF_KBPS if rate_hz >= _NARROW_HZ else _MP3_QUARTER_KBPS
