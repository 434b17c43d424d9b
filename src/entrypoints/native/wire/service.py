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

ABOUT = {
    "voices": "Voices in memory.",
    "lines": "Lines spoken before.",
    "entries": "How many it holds.",
    "most": "How many it may hold.",
    "bytes": "How much room it takes.",
    "limit_bytes": "How much it may take.",
    "ttl_s": "Seconds that something unused stays.",
    "hits": "How often what was asked for was there.",
    "misses": "How often it was not.",
    "engines": "Who speaks here.",
    "name": "Its name.",
    "device": "What it runs on.",
    "precision": "In which numbers it reckons.",
    "sample_rate": "Samples a second, as it speaks.",
    "languages": "What it speaks.",
    "speakers": "How many speakers it brings along.",
    "default_speaker": "Which of them speaks where none is named.",
    "slots": "How many lines it speaks at once; null is as many as come.",
    "slot_mib": "MiB that each takes.",
    "rates": "How fast it speaks by itself, from and to; beyond, its sound is stretched.",
    "rates_exact": "Whether it keeps a rate exactly.",
    "cloning": "What it can do with recordings.",
    "alignment": "How it knows when words are heard.",
    "longest_line": "Characters it takes at a time in each language; longer texts are cut.",
    "pulse": "How it feels right now.",
    "alive": "Whether it speaks.",
    "speaking": "How many lines it speaks.",
    "waiting": "How many lines wait.",
    "expected_wait_s": "How long the next one would wait.",
    "default_voice": "Who speaks where no voice is named.",
    "default_language": "Which language a text is in where none is named.",
    "formats": "What may stand as output_format.",
    "ssml": "Whether markup is understood; GET /ssml tells which.",
    "settings": "What each number may be, both ends included.",
    "limits": "What this server takes at most.",
    "text_characters": "In one text.",
    "upload_bytes": "In one upload.",
    "clip_seconds": "In one recording.",
    "queue": "Lines that wait.",
    "mix_voices": "Voices in a mix, from and to.",
    "loudness": "How loud speech is.",
    "usual_lufs": "Where a request does not say; null leaves it as it is.",
    "ceiling_dbtp": "No peak is above this.",
    "range_lufs": "What a request may ask for.",
    "consent_required": "Whether a voice is saved only with its speaker's consent.",
}
CACHE_EXAMPLE = {
    "voices": {"entries": 1, "most": 100, "ttl_s": 3600.0, "hits": 5, "misses": 1},
    "lines": {
        "entries": 3,
        "bytes": 131_072,
        "limit_bytes": 67_108_864,
        "ttl_s": 3600.0,
        "hits": 2,
        "misses": 3,
    },
}
ENGINES_EXAMPLE = {
    "engines": [
        {
            "name": "espeak",
            "device": "cpu",
            "precision": "int16",
            "sample_rate": 24_000,
            "languages": ["de", "en"],
            "speakers": 40,
            "default_speaker": "Annie",
            "slots": None,
            "slot_mib": 0.0,
            "rates": [0.5, 2.0],
            "rates_exact": False,
            "cloning": "pitch",
            "alignment": "exact",
            "longest_line": {"de": 253, "en": 250},
            "pulse": {"alive": True, "speaking": 0, "waiting": 0, "expected_wait_s": 0.0},
        }
    ],
    "default_voice": None,
    "default_language": "en",
    "formats": ["mp3_44100_128", "wav_24000"],
    "ssml": True,
    "settings": {"speed": [0.25, 4.0]},
    "limits": {
        "text_characters": 20_000,
        "upload_bytes": 33_554_432,
        "clip_seconds": 60.0,
        "queue": 512,
        "mix_voices": [2, 5],
    },
    "loudness": {"usual_lufs": -18.0, "ceiling_dbtp": -1.0, "range_lufs": [-40.0, -5.0]},
    "consent_required": False,
}


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
