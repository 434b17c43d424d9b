"""The caches and the engines on the wire: how they do, and what can be asked of this server."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import Struct

from application.caches import RecentStats
from domain.formats import FORMAT_NAMES
from domain.loudness import LOUDEST_LUFS, QUIETEST_LUFS, Target
from domain.mixing import FEWEST, MOST
from domain.ports import CacheStats, EngineCard, Pulse
from domain.speech import RANGES


class RecentReply(Struct):
    """Voices in memory."""

    entries: int
    most: int
    ttl_s: float
    hits: int
    misses: int


class LinesReply(Struct):
    """Lines spoken before."""

    entries: int
    bytes: int
    limit_bytes: int
    ttl_s: float
    hits: int
    misses: int


class CacheReply(Struct):
    """How the caches do."""

    voices: RecentReply
    lines: LinesReply


class ClearedReply(Struct):
    """How much the caches forgot."""

    voices: int
    lines: int


class PulseReply(Struct):
    """How an engine feels right now."""

    alive: bool
    speaking: int
    waiting: int
    expected_wait_s: float


class EngineReply(Struct):
    """What an engine is and can do."""

    name: str
    device: str
    precision: str
    sample_rate: int
    languages: list[str]
    speakers: int
    default_speaker: str
    slots: int | None
    slot_mib: float
    rates: tuple[float, float]
    rates_exact: bool
    cloning: str
    alignment: str
    longest_line: dict[str, int]
    pulse: PulseReply


class Limits(Struct):
    """What this server takes at most."""

    text_characters: int
    upload_bytes: int
    clip_seconds: float
    queue: int
    mix_voices: tuple[int, int]


class LoudnessReply(Struct):
    """How loud speech is where a request does not say, and what it may ask for."""

    usual_lufs: float | None
    ceiling_dbtp: float
    range_lufs: tuple[float, float]


class EnginesReply(Struct):
    """Who speaks here, and what may be asked."""

    engines: list[EngineReply]
    default_voice: str | None
    default_language: str
    formats: list[str]
    ssml: bool
    settings: dict[str, tuple[float, float]]
    limits: Limits
    loudness: LoudnessReply
    consent_required: bool


@dataclass(frozen=True, slots=True)
class House:
    """What the settings say of this server."""

    default_voice: str | None
    default_language: str
    target: Target
    longest_text: int
    largest_upload_bytes: int
    longest_clip_s: float
    longest_queue: int
    require_consent: bool


def cache(recent: RecentStats, lines: CacheStats, ttl_s: float) -> CacheReply:
    """Answer how the caches do."""
    return CacheReply(
        RecentReply(recent.entries, recent.most, recent.ttl_s, recent.hits, recent.misses),
        LinesReply(
            entries=lines.entries,
            bytes=lines.size_bytes,
            limit_bytes=lines.limit_bytes,
            ttl_s=ttl_s,
            hits=lines.hits,
            misses=lines.misses,
        ),
    )


def engine(card: EngineCard, pulse: Pulse) -> EngineReply:
    """Answer an engine."""
    return EngineReply(
        name=card.name,
        device=card.device,
        precision=card.precision,
        sample_rate=card.rate_hz,
        languages=list(card.languages),
        speakers=len(card.speakers),
        default_speaker=card.default_speaker,
        slots=card.slots,
        slot_mib=round(card.slot_mib, 1),
        rates=card.rates,
        rates_exact=card.rates_exact,
        cloning=card.cloning,
        alignment=card.alignment,
        longest_line={language: card.longest(language) for language in card.languages},
        pulse=PulseReply(pulse.alive, pulse.speaking, len(pulse.waiting), pulse.expected_wait_s),
    )


def engines(card: EngineCard, pulse: Pulse, house: House) -> EnginesReply:
    """Answer who speaks here and what may be asked."""
    settings: Mapping[str, tuple[float, float]] = RANGES
    return EnginesReply(
        engines=[engine(card, pulse)],
        default_voice=house.default_voice,
        default_language=house.default_language,
        formats=list(FORMAT_NAMES),
        ssml=True,
        settings=dict(settings),
        limits=Limits(
            text_characters=house.longest_text,
            upload_bytes=house.largest_upload_bytes,
            clip_seconds=house.longest_clip_s,
            queue=house.longest_queue,
            mix_voices=(FEWEST, MOST),
        ),
        loudness=LoudnessReply(
            house.target.lufs, house.target.ceiling_dbtp, (QUIETEST_LUFS, LOUDEST_LUFS)
        ),
        consent_required=house.require_consent,
    )
