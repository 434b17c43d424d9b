"""One voice of a socket: what it gathers, what it says, and what of that is still to be heard."""

from collections.abc import Callable

from domain.errors import InputError
from domain.speech import SpeechRequest
from entrypoints.elevenlabs.batches import Batch, Batches
from entrypoints.elevenlabs.orders import Finish, Flush, Order, Speak
from entrypoints.elevenlabs.wire.socket import Message

_A_BATCH = 50
"""What a batch counts beside its characters: a flush behind every letter is no small thing."""
_AT_ONCE_S = 0.005
_SOON_S = 0.1
"""What lies between two messages that were sent as one, on a busy server or a poor line."""


_BEFORE_DRY_S = 0.3
"""So long before its listener hears nothing the next words are spoken, whole sentence or not."""


class Context:
    """Turns messages into orders; `longest` bounds the characters that wait in it."""

    def __init__(
        self, name: str, batches: Batches, asked: Callable[[Batch], SpeechRequest], longest: int
    ) -> None:
        self._name = name
        self._batches = batches
        self._asked = asked
        self._longest = longest
        self._unheard = 0
        self._unflushed = False
        self._flushed_at_s: float | None = None
        self._heard_since_flush = False
        self._said_all = False
        self._plays_until_s = 0.0
        self._look_at_s: float | None = None
        self.closing = False

    @property
    def owes(self) -> bool:
        """Whether anything that was said is still to be heard."""
        return self._unheard > 0

    @property
    def was_flushed(self) -> bool:
        """Whether it was ever told to hold nothing back."""
        return self._flushed_at_s is not None

    @property
    def ripe_at_s(self) -> float | None:
        """When to look at what it has gathered again."""
        moments = (self._batches.ripe_at_s, self._look_at_s)
        known = [moment for moment in moments if moment is not None]
        return None if self.closing else min(known, default=None)

    def interrupted_by_closing(self, now_s: float) -> bool:
        """Whether closing it now cuts it short: not directly behind a flush, nor before its sound.

        What was only gathered is never spoken. An agent whose text is over flushes nothing and
        closes in one breath, with sentences before it being heard; nobody interrupts that soon.
        """
        if self.closing or self._flushed_at_s is None:
            return True
        soon_s = _SOON_S if self._said_all else _AT_ONCE_S
        return self._heard_since_flush and now_s - self._flushed_at_s >= soon_s

    def hear(self, message: Message, now_s: float) -> list[Order]:
        """Take settings, then text, then a flush."""
        self._take(message)
        self._said_all = bool(message.flush) and not (message.text or "").strip()
        orders = self.due(now_s, triggered=bool(message.try_trigger_generation))
        return [*orders, *(self.flush(now_s) if message.flush else ())]

    def end(self, message: Message, now_s: float, *, lasts: bool) -> list[Order]:
        """Say all that waits, and then that it was all; what `lasts` goes on to be used."""
        self._take(message)
        self.closing = not lasts
        batch = self._batches.flush()
        self._flushed(now_s)
        self._unheard += _A_BATCH
        return [*([self._spoken(batch)] if batch else ()), Finish(self._name, lasts)]

    def close(self) -> list[Order]:
        """Say no more than was said already."""
        self.closing = True
        return [Finish(self._name)]

    def due(self, now_s: float, *, triggered: bool = False) -> list[Order]:
        """Say what is due by now."""
        orders: list[Order] = []
        while not self.closing:
            batch = self._batches.due(now_s, triggered=triggered, idle=self._idle(now_s))
            if batch is None:
                break
            orders.append(self._spoken(batch))
        return orders

    def _idle(self, now_s: float) -> bool:
        """Whether its listener, who plays what was sent in their own time, is about to run dry."""
        runs_dry_s = self._plays_until_s - _BEFORE_DRY_S
        waits = self._batches.held > 0 and not self.owes and now_s < runs_dry_s
        self._look_at_s = runs_dry_s if waits else None
        return not self.owes and now_s >= runs_dry_s

    def flush(self, now_s: float) -> list[Order]:
        """Say all that waits; a flush of nothing is none."""
        batch = self._batches.flush()
        orders: list[Order] = [self._spoken(batch)] if batch else []
        if self._unflushed:
            orders.append(Flush(self._name))
        self._flushed(now_s)
        return orders

    def heard(self, characters: int = 0) -> None:
        """Note that a batch, or an end, was heard."""
        self._unheard = max(0, self._unheard - characters - _A_BATCH)

    def sent(self, seconds: float, now_s: float) -> None:
        """Note that so much sound of it went out."""
        self._heard_since_flush = True
        self._plays_until_s = max(self._plays_until_s, now_s) + seconds

    def _take(self, message: Message) -> None:
        text = message.text or ""
        if self._unheard + self._batches.held + len(text) > self._longest:
            most = f"{self._longest:,}"
            raise InputError(f"More than {most} characters wait to be heard; send them later.")
        self._batches.change(message)
        self._batches.hear(text)

    def _flushed(self, now_s: float) -> None:
        self._flushed_at_s, self._heard_since_flush, self._unflushed = now_s, False, False

    def _spoken(self, batch: Batch) -> Speak:
        self._unheard += len(batch.text) + _A_BATCH
        self._unflushed = True
        return Speak(self._name, self._asked(batch), batch.manner.sounds)
