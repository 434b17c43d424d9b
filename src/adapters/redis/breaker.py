"""A breaker: who failed is left alone for a while, so that a dead Redis costs nobody its time."""

import time
from collections.abc import Callable

_FIRST_S = 0.5
_LONGEST_S = 10.0


class Breaker:
    """Open from a failure on; then one may try in each while, which doubles until one succeeds."""

    def __init__(
        self,
        first_s: float = _FIRST_S,
        longest_s: float = _LONGEST_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._now = now
        self._while_s = 0.0
        self._until_s = 0.0
        self._trying = False

    @property
    def broken(self) -> bool:
        """Whether the last try failed."""
        return self._while_s > 0

    def lets_try(self) -> bool:
        """Tell whether to try now; while broken, whoever is told so is the only one for a while."""
        if not self.broken:
            return True
        now_s = self._now()
        if now_s < self._until_s:
            return False
        self._until_s = now_s + self._while_s
        self._trying = True
        return True

    def failed(self) -> None:
        """Leave it alone, for longer each time; what was begun before it broke says no more."""
        if self.broken and not self._trying:
            return
        self._trying = False
        self._while_s = min(self._longest_s, self._while_s * 2) or self._first_s
        self._until_s = self._now() + self._while_s

    def succeeded(self) -> None:
        """Trust it again."""
        self._trying = False
        self._while_s = 0.0
