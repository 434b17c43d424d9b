"""What a caller asks to have spoken, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from domain.access import HOUSE
from domain.audio import Samples
from domain.errors import SettingOutOfRangeError

Latents = Mapping[str, Samples]
"""A timbre as clients keep it themselves: `gpt_cond_latent` and `speaker_embedding`."""

_RANGES = {
    "speed": (0.25, 4.0),
    "temperature": (0.01, 2.0),
    "top_k": (1, 1026),
    "top_p": (0.01, 1.0),
    "repetition_penalty": (1.0, 50.0),
    "length_penalty": (-10.0, 10.0),
}


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """How to speak; the embedded engine heeds `speed`, a sampling engine all of them."""

    speed: float = 1.0
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    length_penalty: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no engine could honour."""
        for setting in fields(self):
            value = getattr(self, setting.name)
            low, high = _RANGES[setting.name]
            if value is not None and not low <= value <= high:
                raise SettingOutOfRangeError(setting.name, value, low, high)


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """One text in one voice of its owner; `latents` stand in for a saved voice."""

    text: str
    language: str | None = None
    voice: str | None = None
    latents: Latents | None = None
    settings: SpeechSettings = field(default_factory=SpeechSettings)
    session_id: str | None = None
    owner: str = HOUSE
