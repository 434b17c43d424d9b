"""The lines of all streams before one child: given a seat in turn, and told what it says."""

import time
from dataclasses import replace
from itertools import count

from typing_extensions import override

from adapters.xtts.child import Child
from adapters.xtts.duty import Duty, End
from adapters.xtts.lessons import Lessons
from adapters.xtts.messages import (
    Failed,
    FromChild,
    Learn,
    Learnt,
    Leave,
    Ready,
    Sound,
    Speak,
    Taken,
    Tripped,
)
from adapters.xtts.seats import Seats, Turn
from adapters.xtts.utterance import SHORTEST_RETRY_S, Queue, Utterance
from domain.audio import HOUSE_RATE_HZ, Pcm
from domain.errors import EngineBusyError, EngineFailedError
from domain.events import GuardTripped
from domain.ports import EventBus, SpokenLine
from domain.voice import Timbre

_MOST_UNSENT = 2**25


class Turns(Queue, Duty):
    """Lines that wait outlive a child; those it was speaking, and no others, fail with it."""

    def __init__(self, max_waiting: int, bus: EventBus) -> None:
        self._bus = bus
        self._seats = Seats(max_waiting)
        self._lessons = Lessons(self._teach)
        self._tickets = count(1)
        self._lines: dict[int, Utterance] = {}
        self._child: Child | None = None
        self._rate_hz = HOUSE_RATE_HZ
        self._back_in_s = 0.0
        self._closed = False

    @property
    def alive(self) -> bool:
        """Whether lines can be spoken."""
        return self._child is not None

    @property
    def speaking(self) -> int:
        """How many lines the child speaks."""
        return self._seats.speaking

    @property
    @override
    def busy(self) -> bool:
        return self._seats.speaking > 0 or self._lessons.busy

    def streams(self) -> tuple[str, ...]:
        """Whose lines wait, the next one first."""
        return self._seats.streams()

    def utterance(self, line: SpokenLine) -> Utterance:
        """Return the line, to be entered."""
        return Utterance(next(self._tickets), line, self._rate_hz, self)

    async def learn(self, clips: tuple[Pcm, ...]) -> Timbre:
        """Return what the child makes of the clips."""
        self._present()
        return await self._lessons.learn(next(self._tickets), clips)

    def close(self) -> None:
        """Fail whatever is left; nothing more is taken in."""
        self._closed = True
        self.lose(End.CLOSED, 0.0)
        for utterance in tuple(self._lines.values()):
            self.drop(utterance)
            utterance.fail(EngineFailedError(End.CLOSED.value))

    @override
    def admit(self, utterance: Utterance) -> None:
        self._present()
        line = utterance.line
        turn = Turn(utterance.ticket, line.stream, utterance.needed_s, len(line.text))
        if not self._seats.admit(turn, time.monotonic()):
            raise EngineBusyError(max(SHORTEST_RETRY_S, self.expected_wait_s()))
        self._lines[utterance.ticket] = utterance
        self._fill()

    @override
    def drop(self, utterance: Utterance) -> None:
        if self._lines.pop(utterance.ticket, None) is None:
            return
        if self._seats.leave(utterance.ticket) and self._child is not None:
            self._child.tell(Leave(utterance.ticket))
            self._fill()

    @override
    def take(self, utterance: Utterance, samples: int) -> None:
        if utterance.ticket in self._lines and self._child is not None:
            self._child.tell(Taken(utterance.ticket, samples))

    @override
    def expected_wait_s(self) -> float:
        return self._seats.expected_wait_s(time.monotonic())

    @override
    def begin(self, child: Child, ready: Ready) -> None:
        self._child = child
        self._rate_hz = ready.card.rate_hz
        self._seats.open(ready.card.slots or 1)
        self._fill()

    @override
    def hear(self, message: FromChild) -> None:
        match message:
            case Sound(ticket, chunk) if ticket in self._lines:
                self._lines[ticket].hear(chunk)
                if chunk.last:
                    del self._lines[ticket]
                    self._seats.end(ticket, time.monotonic())
            case Failed(ticket) if ticket in self._lines:
                self._lines.pop(ticket).fail(message.error)
                self._seats.leave(ticket)
            case Failed(ticket):
                self._lessons.answer(ticket, message.error)
            case Learnt(ticket, timbre):
                self._lessons.answer(ticket, timbre)
            case Tripped(guard):
                self._bus.publish(GuardTripped(str(guard)))
            case _:
                pass
        self._fill()

    @override
    def lose(self, end: End, back_in_s: float) -> None:
        self._child = None
        self._back_in_s = back_in_s
        for ticket in self._seats.clear():
            self._lines.pop(ticket).fail(EngineFailedError(end.value))
        self._lessons.lose(EngineFailedError(end.value), self._absent())

    def _fill(self) -> None:
        """Give free seats to those who wait; a child that takes nothing in is given no more."""
        while (
            self._child is not None
            and self._child.unsent < _MOST_UNSENT
            and (ticket := self._seats.next(time.monotonic())) is not None
        ):
            utterance = self._lines[ticket]
            if utterance.begin():
                # It may have waited long since it was submitted.
                lead_s = utterance.needed_s - time.monotonic()
                self._child.tell(Speak(ticket, replace(utterance.line, lead_s=lead_s)))
            else:
                del self._lines[ticket]
                self._seats.leave(ticket)

    def _teach(self, message: Learn | Leave) -> None:
        if self._child is not None:
            self._child.tell(message)

    def _present(self) -> None:
        if self._closed:
            raise EngineFailedError("The XTTS engine is closed; start the server again.")
        if self._child is None:
            raise self._absent()

    def _absent(self) -> EngineBusyError:
        return EngineBusyError(max(SHORTEST_RETRY_S, self._back_in_s))
