"""Voices that are to be learnt: one at a time, and a few may wait."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from adapters.xtts.messages import Learn, Leave
from domain.audio import Pcm
from domain.errors import EngineBusyError, SpeechError, UnavailableError
from domain.voice import Timbre

_MOST_WAITING = 16
_ABOUT_S = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class _Lesson:
    ticket: int
    clips: tuple[Pcm, ...]
    timbre: asyncio.Future[Timbre]


class Lessons:
    """The next is given when the child has answered, or has been told that nobody waits for it."""

    def __init__(self, tell: Callable[[Learn | Leave], None]) -> None:
        self._tell = tell
        self._waiting: deque[_Lesson] = deque()
        self._given: _Lesson | None = None

    @property
    def busy(self) -> bool:
        """Whether the child owes an answer."""
        return self._given is not None

    async def learn(self, ticket: int, clips: tuple[Pcm, ...]) -> Timbre:
        """Wait for a turn and for the timbre; there has to be a child."""
        if len(self._waiting) >= _MOST_WAITING:
            raise EngineBusyError(len(self._waiting) * _ABOUT_S)
        lesson = _Lesson(ticket, clips, asyncio.get_running_loop().create_future())
        self._waiting.append(lesson)
        self._give()
        try:
            return await lesson.timbre
        finally:
            self._leave(lesson)

    def answer(self, ticket: int, answer: Timbre | SpeechError) -> None:
        """The child has learnt it, or cannot."""
        if self._given is not None and self._given.ticket == ticket:
            _settle(self._given, answer)
            self._given = None
            self._give()

    def lose(self, error: UnavailableError, waiting: UnavailableError) -> None:
        """The child is gone: the lesson it was given fails so, those that waited so."""
        if self._given is not None:
            _settle(self._given, error)
            self._given = None
        while self._waiting:
            _settle(self._waiting.popleft(), waiting)

    def _leave(self, lesson: _Lesson) -> None:
        if lesson in self._waiting:
            self._waiting.remove(lesson)
        if lesson is self._given:
            self._tell(Leave(lesson.ticket))
            self._given = None
            self._give()

    def _give(self) -> None:
        while self._given is None and self._waiting:
            lesson = self._waiting.popleft()
            if not lesson.timbre.done():
                self._given = lesson
                self._tell(Learn(lesson.ticket, lesson.clips))


def _settle(lesson: _Lesson, answer: Timbre | SpeechError) -> None:
    if lesson.timbre.done():
        return
    if isinstance(answer, Timbre):
        lesson.timbre.set_result(answer)
    else:
        lesson.timbre.set_exception(answer)
