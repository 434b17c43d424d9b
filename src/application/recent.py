"""What was used lately: a small map that forgets the least used, and what is too old."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from domain.ports import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Holds at most `most` values, each for at most `ttl_s` since it was put."""

    def __init__(self, clock: Clock, *, most: int = 100, ttl_s: float = 3600.0) -> None:
        self._clock = clock
        self.most = most
        self.ttl_s = ttl_s
        self.hits = 0
        self.misses = 0
        self._kept: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def __len__(self) -> int:
        """How many values are held that are not too old."""
        for key in tuple(self._kept):
            self._drop_old(key)
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """Return the value, if it is still held; using it keeps it from being the least used."""
        self._drop_old(key)
        if key not in self._kept:
            self.misses += 1
            return None
        self.hits += 1
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def put(self, key: K, value: V) -> None:
        """Hold a value from now on, instead of what was held under its key."""
        self._kept[key] = value, self._clock.monotonic()
        self._kept.move_to_end(key)
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget one value, if it is held."""
        self._kept.pop(key, None)

    def clear(self) -> int:
        """Forget everything; return how many values that were."""
        forgotten = len(self)
        self._kept.clear()
        return forgotten

    def _drop_old(self, key: K) -> None:
        kept = self._kept.get(key)
        if kept is not None and self._clock.monotonic() - kept[1] >= self.ttl_s:
            self.drop(key)
