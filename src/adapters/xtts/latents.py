"""The arrays of a timbre as XTTS makes them, told apart from those that others make."""

import numpy as np

from domain.audio import Samples
from domain.errors import LatentsForeignError
from domain.ports import EngineCard
from domain.speech import Latents

_LATENT, _EMBEDDING = "gpt_cond_latent", "speaker_embedding"
_PROMPTS, _EMBEDDING_SIZE = 32, 512
# The network's own stay near 0; another engine of this house marks its arrays with far more.
_LARGEST = 1000.0


def width_of(card: EngineCard) -> int | None:
    """Return the width of the model's latents, as its speakers have it; None without any."""
    for timbre in card.speakers.values():
        return int(timbre.arrays[_LATENT].shape[-1])
    return None


def checked(latents: Latents, engine: str, width: int | None) -> dict[str, Samples]:
    """Return both arrays in the shapes of this engine's own, refusing what it cannot have made."""
    if _LATENT not in latents or _EMBEDDING not in latents:
        raise LatentsForeignError(engine, f"{_LATENT} and {_EMBEDDING} are both needed")
    latent = _sensible(latents, _LATENT, engine)
    embedding = _sensible(latents, _EMBEDDING, engine)
    wide = latent.shape[-1] if width is None and latent.ndim else width
    if latent.shape not in {(_PROMPTS, wide), (1, _PROMPTS, wide)}:
        raise LatentsForeignError(engine, _shaped(_LATENT, latent, (_PROMPTS, wide)))
    if embedding.shape not in {(_EMBEDDING_SIZE,), (1, _EMBEDDING_SIZE, 1)}:
        raise LatentsForeignError(engine, _shaped(_EMBEDDING, embedding, (_EMBEDDING_SIZE,)))
    return {_LATENT: latent.reshape(_PROMPTS, -1), _EMBEDDING: embedding.reshape(-1)}


def _sensible(latents: Latents, name: str, engine: str) -> Samples:
    array = np.asarray(latents[name], dtype=np.float32)
    # Written so that what is not a number is refused as well.
    if not (np.abs(array) <= _LARGEST).all():
        raise LatentsForeignError(engine, f"{name} holds values that no network makes")
    return array


def _shaped(name: str, array: Samples, wanted: tuple[int | None, ...]) -> str:
    return f"{name} has the shape {array.shape}, not {wanted}"
