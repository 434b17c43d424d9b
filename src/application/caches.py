"""The caches as an operator sees them: how they do, and the way to empty them."""

from dataclasses import dataclass

from application.remembering import RememberingEngine
from application.timbres import Timbres
from domain.ports import AudioCache, CacheStats


@dataclass(frozen=True, slots=True)
class RecentStats:
    """How many voices are in memory, and how well that serves."""

    entries: int
    most: int
    ttl_s: float
    hits: int
    misses: int


class Caches:
    """Voices used lately, and lines spoken before."""

    def __init__(
        self,
        timbres: Timbres,
        recordings: AudioCache,
        remembering: RememberingEngine,
        ttl_s: float,
    ) -> None:
        self._timbres = timbres
        self._recordings = recordings
        self._remembering = remembering
        self.ttl_s = ttl_s

    async def stats(self) -> tuple[RecentStats, CacheStats]:
        """Tell how both do."""
        recent = self._timbres.recent
        voices = RecentStats(len(recent), recent.most, recent.ttl_s, recent.hits, recent.misses)
        return voices, await self._recordings.stats()

    async def clear(self) -> tuple[int, int]:
        """Empty both; return how many voices and how many lines that were."""
        return self._timbres.recent.clear(), await self._remembering.forget()
