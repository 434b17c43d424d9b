"""How often the child has died of late: a text that is sent again and again starts no storm."""

import time
from collections import deque


class Deaths:
    """A few in a row are borne; after those each new child has to wait."""

    def __init__(self, most: int = 5, within_s: float = 10.0) -> None:
        self._within_s = within_s
        self._latest: deque[float] = deque(maxlen=most + 1)

    def note(self) -> None:
        """One more."""
        self._latest.append(time.monotonic())

    @property
    def too_many(self) -> bool:
        """Whether there were more than are borne in that time."""
        full = len(self._latest) == self._latest.maxlen
        return full and time.monotonic() - self._latest[0] < self._within_s
