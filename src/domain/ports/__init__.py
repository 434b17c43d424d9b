"""Every driven port: what the use cases need from the world, written for the one who calls."""

from domain.ports.engine import (
    Chunk,
    EngineCard,
    Pulse,
    SpeechEngine,
    SpokenLine,
    Word,
)
from domain.ports.sound import Encoder, SoundStudio
from domain.ports.stores import (
    AudioCache,
    CacheStats,
    ConsentStore,
    LoudnessStore,
    Once,
    PreviewStore,
    TimbreStore,
    VoicePage,
    VoiceSearch,
    VoiceStore,
)
from domain.ports.text import MarkupFeed, SentenceSplitter, SpeechMarkup, Wording
from domain.ports.world import AudioRelay, Clock, EventBus, Relayed
from domain.script import Pronunciation

__all__ = [
    "AudioCache",
    "AudioRelay",
    "CacheStats",
    "Chunk",
    "Clock",
    "ConsentStore",
    "Encoder",
    "EngineCard",
    "EventBus",
    "LoudnessStore",
    "MarkupFeed",
    "Once",
    "PreviewStore",
    "Pronunciation",
    "Pulse",
    "Relayed",
    "SentenceSplitter",
    "SoundStudio",
    "SpeechEngine",
    "SpeechMarkup",
    "SpokenLine",
    "TimbreStore",
    "VoicePage",
    "VoiceSearch",
    "VoiceStore",
    "Word",
    "Wording",
]
