"""Which text of a context is spoken when: batches by length, by sentence, or at once."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.arriving import Arriving, is_audible, spoken_text
from domain.script import Item
from entrypoints.elevenlabs.wire.socket import Manner, Message

_LEAST_TRIGGERED = 50
_LEAST_AT_ONCE = 12
_PATIENCE_S = 0.1
"""How long a lone word waits for the next: engines babble on it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Items to be spoken together, in one manner."""

    items: tuple[Item, ...]
    manner: Manner

    @property
    def text(self) -> str:
        """The characters of it."""
        return spoken_text(self.items)


class Batches:
    """Cuts the text of one context; `eager` cuts as soon as there is something to say.

    Settings hold from the next batch; while nothing is gathered that is the one to come.
    """

    def __init__(
        self, begin: Callable[[str | None], Arriving], manner: Manner, *, eager: bool
    ) -> None:
        self._begin = begin
        self._arriving = begin(manner.language)
        self._manner = self._next = manner
        self._eager = eager
        self._count = 0
        self._since_s: float | None = None
        self.held = 0
        """How many characters wait, those of tags and blanks among them."""

    @property
    def ripe_at_s(self) -> float | None:
        """When a few words have waited long enough; None if none do."""
        return None if self._since_s is None else self._since_s + _PATIENCE_S

    def change(self, message: Message) -> None:
        """Take the settings that a message brings."""
        self._next = self._next.changed(message)
        if not self._arriving.audible:
            self._settle()

    def hear(self, text: str) -> None:
        """Add text."""
        self.held += len(text)
        self._arriving.hear(text)

    def due(self, now_s: float, *, triggered: bool = False, idle: bool = True) -> Batch | None:
        """Take what is to be spoken by now; the listener of the idle hears nothing."""
        if not self._arriving.audible:
            return None
        chars = self._at_once(now_s, idle=idle) if self._eager else 0
        if not chars and len(self._arriving.text) >= self._threshold(triggered=triggered):
            chars = self._in_order()
        if not chars:
            return None
        self._count += 1
        return self._taken(chars)

    def flush(self) -> Batch | None:
        """Take everything, whole or not; the schedule begins anew."""
        self._arriving.finish()
        self._count = 0
        return self._taken(None) if self._arriving.audible else None

    def _threshold(self, *, triggered: bool) -> float:
        step = self._manner.schedule[min(self._count, len(self._manner.schedule) - 1)]
        return min(step, _LEAST_TRIGGERED) if triggered else step

    def _at_once(self, now_s: float, *, idle: bool) -> int:
        """Return how much the eager take: sentences, and words where nothing is heard."""
        arriving = self._arriving
        if not idle:
            self._since_s = None
            return self._heard_in(arriving.sentences(eager=True))
        words = self._heard_in(arriving.words())
        ripe = self.ripe_at_s is not None and now_s >= self.ripe_at_s
        enough = words if words >= _LEAST_AT_ONCE or ripe else 0
        chars = self._heard_in(arriving.clauses(eager=True)) or enough
        since_s = now_s if self._since_s is None else self._since_s
        self._since_s = since_s if words and not chars else None
        return chars

    def _in_order(self) -> int:
        """Return where to cut best: behind a sentence, where one would breathe, or at a blank."""
        arriving = self._arriving
        cuts = (arriving.sentences, arriving.clauses, arriving.words)
        return next((chars for cut in cuts if (chars := self._heard_in(cut()))), 0)

    def _heard_in(self, chars: int) -> int:
        """Return so many, or 0 where nothing would be heard of them."""
        return chars if is_audible(self._arriving.text[:chars]) else 0

    def _taken(self, chars: int | None) -> Batch:
        batch = Batch(self._arriving.take(chars), self._manner)
        self.held = len(self._arriving.text)
        self._since_s = None
        self._settle()
        return batch

    def _settle(self) -> None:
        """Have the next batch be of the manner asked for last, and be read in its language."""
        text = self._arriving.text
        nothing_gathered = self.held == len(text) and not text.strip()
        if nothing_gathered and self._next.language != self._manner.language:
            self._arriving, self.held = self._begin(self._next.language), 0
        self._manner = self._next
