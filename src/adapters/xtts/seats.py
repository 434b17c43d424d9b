"""Who waits and who speaks: a book that is kept without a clock and without a loop."""

from bisect import insort
from dataclasses import dataclass

_FIRST_GUESS_S = 0.05
_LEARNING = 0.1
_SPARE_S = 3.0
"""A line whose listener has more sound than this in hand is spoken early, if at all."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A line's place: whose it is, when its listener runs dry, and how much there is to say."""

    ticket: int
    stream: str
    needed_s: float
    characters: int


@dataclass(frozen=True, slots=True)
class _Seated:
    turn: Turn
    since_s: float
    spare: bool


class Seats:
    """As many as the child has slots, none while there is no child; the others wait in order.

    A line that begins a stream is needed as it comes; a later one when the sound in its listener's
    hand has been played. It is overtaken no longer than that, so that none waits for ever. Lines
    that nobody needs yet leave half of the seats free, and take no more than half of the queue:
    once its listener has enough, such a line sits there without a word until it is heard.
    """

    def __init__(self, max_waiting: int) -> None:
        self._max_waiting = max_waiting
        self._count = 0
        self._waiting: list[Turn] = []
        self._seated: dict[int, _Seated] = {}
        self._s_per_character = _FIRST_GUESS_S

    @property
    def speaking(self) -> int:
        """How many seats are taken."""
        return len(self._seated)

    def streams(self) -> tuple[str, ...]:
        """Whose lines wait, the next one first."""
        return tuple(turn.stream for turn in self._waiting)

    def expected_wait_s(self, now_s: float) -> float:
        """How long a new line would wait."""
        characters = sum(turn.characters for turn in self._waiting if not _spare(turn, now_s))
        return characters * self._s_per_character / max(1, self._count)

    def open(self, count: int) -> None:
        """A child has so many slots."""
        self._count = count

    def clear(self) -> tuple[int, ...]:
        """The child is gone, and all seats with it; returns the tickets that had one."""
        gone = tuple(self._seated)
        self._seated.clear()
        self._count = 0
        return gone

    def admit(self, turn: Turn, now_s: float) -> bool:
        """Let it wait, unless too many do."""
        spare = _spare(turn, now_s)
        most = self._max_waiting // 2 if spare else self._max_waiting
        if len(self._waiting) >= most and not self._open_to(spare=spare):
            return False
        insort(self._waiting, turn, key=lambda each: each.needed_s)
        return True

    def next(self, now_s: float) -> int | None:
        """Give a free seat to who runs dry first; None when nobody waits or should have it."""
        if not self._waiting:
            return None
        spare = _spare(self._waiting[0], now_s)
        if not self._open_to(spare=spare):
            return None
        turn = self._waiting.pop(0)
        self._seated[turn.ticket] = _Seated(turn, now_s, spare)
        return turn.ticket

    def end(self, ticket: int, now_s: float) -> None:
        """A line is spoken to its end: its seat is free, and how long it took is remembered."""
        seated = self._seated.pop(ticket, None)
        # One that came early may have sat there only because nobody listened yet.
        if seated is not None and not seated.spare:
            took = (now_s - seated.since_s) / max(1, seated.turn.characters)
            self._s_per_character += _LEARNING * (took - self._s_per_character)

    def leave(self, ticket: int) -> bool:
        """Forget a line, wherever it is; True if it had a seat."""
        self._waiting = [turn for turn in self._waiting if turn.ticket != ticket]
        return self._seated.pop(ticket, None) is not None

    def _open_to(self, *, spare: bool) -> bool:
        reserved = self._count // 2 if spare else 0
        return self._count - len(self._seated) > reserved


def _spare(turn: Turn, now_s: float) -> bool:
    return turn.needed_s - now_s > _SPARE_S
