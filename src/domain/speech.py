"""What a caller asks to have spoken, and how."""

import math
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace

from domain.access import HOUSE
from domain.audio import HOUSE_RATE_HZ, Samples
from domain.errors import SettingOutOfRangeError
from domain.formats import AudioFormat, Codec
from domain.loudness import Target
from domain.script import PLAIN, Prosody, Script

_MARKUP = ("<speak>", "<speak ", "<speak\t", "<speak\n", "<speak\r", "<speak/", "<?xml ")
Latents = Mapping[str, Samples]
"""A timbre as clients keep it themselves: `gpt_cond_latent` and `speaker_embedding`."""

RANGES: Mapping[str, tuple[float, float]] = {
    "speed": (0.25, 4.0),
    "temperature": (0.01, 2.0),
    "top_k": (1, 1026),
    "top_p": (0.01, 1.0),
    "repetition_penalty": (1.0, 50.0),
    "length_penalty": (-10.0, 10.0),
    "seed": (0, 2**63 - 1),
    "stream_chunk_size": (1, 1000),
}
"""What each setting may be, both ends included."""


def check_range(name: str, value: float | None, within: tuple[float, float]) -> None:
    """Refuse a number that lies outside, and what is none; nothing at all is left to the engine."""
    low, high = within
    if value is None or low <= value <= high:
        return
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        value = math.inf if value > 0 else -math.inf
    raise SettingOutOfRangeError(name, value, low, high)


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """How to speak; the embedded engine heeds `speed`, a sampling engine all but one of them.

    `length_penalty` weighs beams and no engine here has any: it is taken and without effect.
    `seed` fixes the dice. `stream_chunk_size` is the most tokens in a steady chunk; the first
    chunk is never kept back for it.
    """

    speed: float = 1.0
    temperature: float | None = None
    top_k: int | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    length_penalty: float | None = None
    seed: int | None = None
    stream_chunk_size: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no engine could honour."""
        for setting in fields(self):
            check_range(setting.name, getattr(self, setting.name), RANGES[setting.name])

    def heard(self) -> dict[str, float | None]:
        """Return what the sound depends on, under the names that kept lines are found by.

        A kept line names `length_penalty` and no seed: so does one that is asked for without.
        """
        named = asdict(replace(self, length_penalty=None))
        del named["stream_chunk_size"]
        if self.seed is None:
            del named["seed"]
        return named


_BARE = AudioFormat(Codec.PCM, HOUSE_RATE_HZ)
_AS_SPOKEN = Target(lufs=None)


@dataclass(frozen=True, slots=True)
class Finish:
    """What becomes of the sound behind the engine; none of it changes the engine's samples."""

    to: AudioFormat = _BARE
    target: Target = _AS_SPOKEN
    denoise: bool = False
    whole: bool = False
    """A whole sound gets its loudness once it is whole; a stream while it is made."""

    @property
    def streamed(self) -> Target:
        """What is asked of the sound while it is made."""
        return replace(self.target, lufs=None) if self.whole else self.target


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """One text in one voice of its owner; `latents` stand in for a saved voice."""

    text: str
    markup: bool | None = None
    """Whether the text is SSML; None where it shows by beginning with `<speak`."""
    script: Script | None = None
    """What the text says, where its sender has understood it already."""
    prosody: Prosody = PLAIN
    """Beside the settings' speed, for the whole text."""
    in_words: bool = False
    """Whether numbers, dates and the like become words here, instead of in the engine."""
    finish: Finish = Finish()
    language: str | None = None
    voice: str | None = None
    latents: Latents | None = None
    settings: SpeechSettings = field(default_factory=SpeechSettings)
    session_id: str | None = None
    owner: str = HOUSE

    @property
    def is_markup(self) -> bool:
        """Whether the text is to be read as SSML."""
        begins = self.text.lstrip("\ufeff \t\r\n")[:16].lower()
        return begins.startswith(_MARKUP) if self.markup is None else self.markup
