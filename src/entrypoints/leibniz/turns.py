"""The requests of one socket: one is spoken, a few wait, and a cancel ends them all."""

from collections import deque
from dataclasses import dataclass

from domain.errors import UnavailableError
from entrypoints.leibniz.wire.stream import Synthesize

MOST_WAITING = 8


class QueueFullError(UnavailableError):
    """A socket asks faster than anybody speaks."""

    def __init__(self) -> None:
        super().__init__(f"{MOST_WAITING} requests wait already; send more as they complete.")


@dataclass(slots=True, eq=False)
class Turn:
    """One request; a cancelled one is still answered in its turn."""

    asked: Synthesize
    cancelled: bool = False


class Turns:
    """Gives every request its turn, in the order in which they were asked."""

    def __init__(self) -> None:
        self._waiting: deque[Turn] = deque()
        self._current: Turn | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is spoken and nothing waits."""
        return self._current is None and not self._waiting

    def ask(self, asked: Synthesize) -> None:
        """Take a request in; `QueueFullError` where too many wait."""
        if len(self._waiting) + (self._current is not None) > MOST_WAITING:
            raise QueueFullError
        self._waiting.append(Turn(asked))

    def next(self) -> Turn | None:
        """Return whose turn it is, now that the one before is over; None where nobody waits."""
        self._current = self._waiting.popleft() if self._waiting else None
        return self._current

    def cancel(self) -> None:
        """End every request that was asked so far; those that come later are spoken."""
        for turn in (self._current, *self._waiting):
            if turn is not None:
                turn.cancelled = True
