"""How much of a line becomes sound at a time: little at first, then ever more."""

import math

# While one chunk is heard the next must be made. At half of real time each may last twice as long
# as all that came before, less what a small window costs beyond its size.
_LATENTS = (6, 4, 6, 8, 12, 16, 24)
CHUNK_SIZES = len(_LATENTS)


def wanted_latents(chunk: int, rate: float, cap: int | None) -> int:
    """How many latents the next chunk is made of; a client's cap never delays the first.

    A latent holds less sound the faster the speech.
    """
    size = math.ceil(_LATENTS[min(chunk, len(_LATENTS) - 1)] * rate)
    return size if cap is None or chunk == 0 else min(size, cap)
