"""What the embedded engine keeps of a voice, in the arrays that clients of XTTS servers carry."""

import math
from dataclasses import dataclass

import numpy as np

from adapters.espeak.ear import Heard
from adapters.espeak.variants import OWN
from domain.audio import Samples
from domain.errors import LatentsForeignError
from domain.speech import Latents
from domain.voice import Timbre

LAYOUT = 1
"""Goes up whenever the arrays change their meaning."""

_LATENT, _EMBEDDING = "gpt_cond_latent", "speaker_embedding"
_LATENT_SHAPE, _EMBEDDING_SIZE = (32, 1024), 512
# Far from anything a network makes: XTTS's own values stay near 0.
_MARKER = (20_110.0, 29_970.0, float(LAYOUT))

_NO_LATENT = np.zeros(_LATENT_SHAPE, dtype=np.float32)
_NO_LATENT.flags.writeable = False

_FEMALE = "f4"
_FEMALE_FROM_HZ = 160.0
_OWN_SYLLABLES_PER_S = 4.9
_SLOWEST, _FASTEST = 0.6, 1.6
LOWEST_HZ, HIGHEST_HZ = 60.0, 400.0


@dataclass(frozen=True, slots=True)
class Character:
    """A speaker by number, a median pitch and a pace; 0 leaves either as the speaker has it."""

    speaker: int
    median_hz: float = 0.0
    pace: float = 0.0

    def timbre(self, fingerprint: str) -> Timbre:
        """Put the character into arrays."""
        embedding = np.zeros(_EMBEDDING_SIZE, dtype=np.float32)
        values = (*_MARKER, self.median_hz, self.pace, float(self.speaker))
        embedding[: len(values)] = values
        return Timbre(fingerprint, {_LATENT: _NO_LATENT, _EMBEDDING: embedding})


def character(heard: Heard, speakers: tuple[str, ...]) -> Character:
    """Choose the speaker, pitch and pace that come nearest to what was heard."""
    base = _FEMALE if heard.median_hz >= _FEMALE_FROM_HZ else OWN
    if heard.median_hz == 0:
        return Character(speakers.index(OWN))
    pace = heard.syllables_per_s / _OWN_SYLLABLES_PER_S
    pace = min(max(pace, _SLOWEST), _FASTEST) if pace > 0 else 0.0
    return Character(speakers.index(base), heard.median_hz, pace)


def read(latents: Latents, engine: str, speakers: int) -> Character:
    """Take a character out of arrays, refusing those that this engine did not make."""
    if _EMBEDDING not in latents or _LATENT not in latents:
        raise LatentsForeignError(engine, f"{_LATENT} and {_EMBEDDING} are both needed")
    embedding = np.ravel(np.asarray(latents[_EMBEDDING], dtype=np.float32))
    if embedding.size != _EMBEDDING_SIZE or not _marked(embedding):
        raise LatentsForeignError(engine, "its mark is missing")
    median_hz, pace, speaker = (float(value) for value in embedding[len(_MARKER) :][:3])
    if not _sensible(median_hz, pace, speaker, speakers):
        raise LatentsForeignError(engine, "their values make no voice")
    return Character(int(speaker), median_hz, pace)


def _marked(embedding: Samples) -> bool:
    return bool(np.array_equal(embedding[: len(_MARKER)], np.array(_MARKER, dtype=np.float32)))


def _sensible(median_hz: float, pace: float, speaker: float, speakers: int) -> bool:
    return (
        all(math.isfinite(value) for value in (median_hz, pace, speaker))
        and (median_hz == 0 or LOWEST_HZ <= median_hz <= HIGHEST_HZ)
        and (pace == 0 or _SLOWEST - 1e-6 <= pace <= _FASTEST + 1e-6)
        and speaker == int(speaker)
        and 0 <= speaker < speakers
    )
