"""The engine's one thread and the bounded line of utterances before it."""

import threading
import time
from bisect import insort

from typing_extensions import override

from adapters.espeak.stage import Stage
from adapters.espeak.utterance import SHORTEST_RETRY_S, Queue, Utterance
from domain.errors import EngineBusyError, EngineFailedError, UnavailableError

_IDLE_WAKE_S = 1.0
_FIRST_GUESS_S = 1e-4
_LEARNING = 0.1


class Turns(Queue):
    """One at a time, and next the line whose listener runs dry first.

    A line that begins a stream is needed as it comes; a later one when the sound in its listener's
    hand has been played. It is overtaken no longer than that, so that none waits for ever.
    """

    def __init__(self, stage: Stage, max_waiting: int) -> None:
        self._stage = stage
        self._max_waiting = max_waiting
        self._gate = threading.Condition()
        self._waiting: list[Utterance] = []
        self._speaking: Utterance | None = None
        self._characters = 0
        self._s_per_character = _FIRST_GUESS_S
        self._step_s = time.monotonic()
        self._open = True
        self._thread = threading.Thread(target=self._run, name="espeak", daemon=True)

    def start(self) -> None:
        """Begin to speak on the stage, which is open."""
        self._thread.start()

    def stop(self) -> None:
        """Fail all lines, end the thread and close the stage; returns when all is done."""
        with self._gate:
            self._open = False
            self._gate.notify()
        if (speaking := self._speaking) is not None:
            speaking.fail(EngineFailedError("The engine was closed while it spoke this line."))
        self._stage.interrupt()
        self._thread.join()

    @property
    def alive(self) -> bool:
        """Whether lines can be spoken."""
        return self._open and self._thread.is_alive()

    @property
    def speaking(self) -> int:
        """How many lines are being spoken now."""
        return 0 if self._speaking is None else 1

    @property
    def step_age_s(self) -> float:
        """Time since the thread last showed a sign of life."""
        return time.monotonic() - self._step_s

    def streams(self) -> tuple[str, ...]:
        """Whose lines wait, the next one first."""
        with self._gate:
            return tuple(utterance.line.stream for utterance in self._waiting)

    @override
    def expected_wait_s(self) -> float:
        with self._gate:
            return self._characters * self._s_per_character

    @override
    def admit(self, utterance: Utterance) -> None:
        with self._gate:
            if not self.alive:
                raise EngineFailedError("The engine has stopped; start the server again.")
            full = len(self._waiting) >= self._max_waiting
            if not full:
                insort(self._waiting, utterance, key=lambda each: each.needed_s)
                self._characters += len(utterance.line.text)
                self._gate.notify()
        if full:
            raise EngineBusyError(max(SHORTEST_RETRY_S, self.expected_wait_s()))

    @override
    def drop(self, utterance: Utterance) -> None:
        with self._gate:
            if utterance in self._waiting:
                self._waiting.remove(utterance)
                self._characters -= len(utterance.line.text)
            elif utterance is self._speaking:
                self._stage.hush()

    def _run(self) -> None:
        try:
            while (utterance := self._next()) is not None:
                self._speak(utterance)
        finally:
            self._abandon()
            self._stage.close()

    def _next(self) -> Utterance | None:
        """Wait for a turn, waking now and then as a sign of life; None when closed."""
        with self._gate:
            while self._open:
                self._step_s = time.monotonic()
                if self._waiting:
                    utterance = self._waiting.pop(0)
                    self._characters -= len(utterance.line.text)
                    self._speaking = utterance
                    return utterance
                self._gate.wait(_IDLE_WAKE_S)
        return None

    def _speak(self, utterance: Utterance) -> None:
        began_s = time.monotonic()
        try:
            if utterance.begin():
                self._stage.say(utterance.job, utterance)
                self._learn(time.monotonic() - began_s, len(utterance.line.text))
        except UnavailableError as error:
            utterance.fail(error)
        except Exception as error:  # noqa: BLE001 - one line fails, the thread goes on
            utterance.fail(_failed(error))
        self._speaking = None

    def _learn(self, took_s: float, characters: int) -> None:
        took = took_s / max(1, characters)
        self._s_per_character += _LEARNING * (took - self._s_per_character)

    def _abandon(self) -> None:
        with self._gate:
            self._open = False
            left = [each for each in (self._speaking, *self._waiting) if each is not None]
            self._waiting.clear()
            self._characters = 0
            self._speaking = None
        for utterance in left:
            utterance.fail(EngineFailedError("The engine has stopped; start the server again."))


def _failed(error: Exception) -> EngineFailedError:
    failed = EngineFailedError(f"espeak-ng could not speak this line ({error}); try another text.")
    failed.__cause__ = error
    return failed
