"""Every driven port: what the use cases need from the world, written for the one who calls."""

from domain.ports.engine import (
    Chunk,
    EngineCard,
    Pronunciation,
    Pulse,
    SpeechEngine,
    SpokenLine,
    Word,
)
from domain.ports.stores import (
    AudioCache,
    CacheStats,
    Once,
    TimbreStore,
    VoicePage,
    VoiceSearch,
    VoiceStore,
)
from domain.ports.world import Clock, EventBus, SentenceSplitter, SoundStudio

__all__ = [
    "AudioCache",
    "CacheStats",
    "Chunk",
    "Clock",
    "EngineCard",
    "EventBus",
    "Once",
    "Pronunciation",
    "Pulse",
    "SentenceSplitter",
    "SoundStudio",
    "SpeechEngine",
    "SpokenLine",
    "TimbreStore",
    "VoicePage",
    "VoiceSearch",
    "VoiceStore",
    "Word",
]
