"""The child process: owns the model, and speaks for the server."""

import contextlib
import os
import resource
import secrets
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future, wait
from typing import Protocol

import torch

from adapters.xtts.messages import (
    Beat,
    Failed,
    FromChild,
    Learn,
    Learnt,
    Leave,
    Ready,
    Setup,
    Sound,
    Speak,
    Taken,
    ToChild,
    Tripped,
    Unusable,
)
from adapters.xtts.model.booth import Outcome, Voiced
from adapters.xtts.model.guards import Fault, most_tokens
from adapters.xtts.model.opening import Model, open_model
from adapters.xtts.model.scheduler import Scheduler, Turn, Work
from adapters.xtts.model.sequence import Sequence
from adapters.xtts.pipe import ChildPipe, ServerGoneError
from domain.audio import Samples
from domain.errors import EngineFailedError, InputError, ModelUnusableError, SpeechError
from domain.ports import Chunk
from domain.voice import Timbre

_BEAT_S = 0.5
_GLANCE_S = 0.005
_LONGEST_CHUNK_S = 1.7
"""Of `chunks.SIZES`, and what the vocoder held back."""
_VOCODER_HANGS_S = 5.0
_SEEDS = 2**63
_WHY = {
    Fault.LENGTH: "it would not end",
    Fault.LOOP: "it went round in circles",
    Fault.SILENCE: "it fell silent",
    Fault.NUMBERS: "it made sound that is none",
}

Lesson = Generator[None, None, Mapping[str, Samples]]


class Pipe(Protocol):
    """What the worker needs of a server; `ServerGoneError` when it is gone."""

    def hear(self, within_s: float = 0.0) -> ToChild | None:
        """Return the next message, or None if none has come in this time."""
        ...

    def tell(self, message: FromChild) -> None:
        """Send a message."""
        ...


class Worker:
    """Takes one turn of the model after another, and hears the server in between.

    The vocoder works in a thread of its own, for one line at a time, or on a GPU for several,
    while the others step.
    """

    def __init__(self, pipe: Pipe, model: Model, chunk_tokens: int | None) -> None:
        self._pipe = pipe
        self._model = model
        self._chunk_tokens = chunk_tokens
        self._scheduler = Scheduler(model.card.slots or 1)
        self._lessons: deque[tuple[int, Lesson]] = deque()
        self._voicing: tuple[tuple[Sequence, ...], Future[list[Outcome]]] | None = None
        self._voiced_s = 0.0
        self._told_s = time.monotonic()

    def work(self) -> None:
        """Speak and learn until the server is no more."""
        while True:
            self._turn()

    def _turn(self) -> None:
        # A message may change whose turn it is: all are heard before one is taken.
        while (message := self._pipe.hear()) is not None:
            self._heed(message)
        self._voice()
        turn = self._scheduler.next(time.monotonic())
        if turn is not None:
            self._take(turn)
        if self._lessons:
            self._learn()
        elif turn is None:
            self._wait()
        if time.monotonic() - self._told_s > _BEAT_S and not self._vocoder_hangs():
            self._tell(Beat())

    def _vocoder_hangs(self) -> bool:
        """Whether its thread has been at one chunk for so long that the server should know."""
        return self._voicing is not None and time.monotonic() - self._voiced_s > _VOCODER_HANGS_S

    def _wait(self) -> None:
        """Nothing is to be done until the vocoder is done or the server says something."""
        if self._voicing is not None:
            wait((self._voicing[1],), _GLANCE_S)
        elif (message := self._pipe.hear(_BEAT_S)) is not None:
            self._heed(message)

    def _heed(self, message: ToChild) -> None:
        match message:
            case Speak():
                self._scheduler.join(self._sequence(message))
            case Taken(ticket, samples):
                if (sequence := self._scheduler.find(ticket)) is not None:
                    sequence.taken = samples
            case Leave(ticket):
                self._leave(ticket)
            case Learn(ticket, clips):
                self._lessons.append((ticket, self._model.conditioning.learn(clips)))

    def _sequence(self, speak: Speak) -> Sequence:
        line, card = speak.line, self._model.card
        seed = line.settings.seed
        return Sequence(
            ticket=speak.ticket,
            line=line,
            most_tokens=0,
            most_ahead=round((card.ahead_s - _LONGEST_CHUNK_S) * card.rate_hz),
            needed_s=time.monotonic() + line.lead_s,
            chunk_tokens=line.settings.stream_chunk_size or self._chunk_tokens,
            seed=secrets.randbelow(_SEEDS) if seed is None else seed,
        )

    def _take(self, turn: Turn) -> None:
        """Do what is next; what fails fails its own line alone."""
        if turn.work is Work.STEP:
            for sequence, error in self._model.runner.step(turn.sequences):
                self._fail(sequence, error)
        for sequence in turn.sequences:
            with self._answering(sequence):
                if turn.work is Work.READ:
                    self._read(sequence)
                self._mend(sequence)

    @contextlib.contextmanager
    def _answering(self, *sequences: Sequence) -> Iterator[None]:
        try:
            yield
        except ServerGoneError:
            raise
        except Exception as error:  # noqa: BLE001 - the server learns of it; the others go on
            for sequence in sequences:
                self._fail(sequence, error)

    def _read(self, sequence: Sequence) -> None:
        runner, line = self._model.runner, sequence.line
        if not sequence.most_tokens:
            ids = self._model.text.ids(line.text, line.language)
            sequence.most_tokens = most_tokens(len(ids))
            runner.begin(sequence, ids)
        runner.read(sequence)

    def _voice(self) -> None:
        """Settle what the vocoder has done, and give it what is due."""
        if self._voicing is not None:
            sequences, made = self._voicing
            if not made.done():
                return
            self._voicing = None
            for sequence, outcome in zip(sequences, made.result(), strict=True):
                with self._answering(sequence):
                    self._settle(sequence, outcome)
        now_s, runner = time.monotonic(), self._model.runner
        if due := self._scheduler.due(now_s, runner.manner.together):
            with self._answering(*due):
                self._voicing = due, runner.voice(due, now_s, self._say)
                self._voiced_s = now_s

    def _say(self, sequence: Sequence, voiced: Voiced) -> None:
        """Send sound on as soon as it is made: this is the vocoder's thread."""
        if voiced.fault is None and (len(voiced.samples) or voiced.last):
            chunk = Chunk(voiced.samples, last=voiced.last)
            self._pipe.tell(Sound(sequence.ticket, chunk))

    def _settle(self, sequence: Sequence, outcome: Outcome) -> None:
        if not self._scheduler.holds(sequence):
            return
        if isinstance(outcome, Exception):
            raise outcome
        self._model.runner.settle(sequence, outcome, time.monotonic())
        self._mend(sequence)
        if outcome.last and outcome.fault is None:
            self._leave(sequence.ticket)

    def _mend(self, sequence: Sequence) -> None:
        """Let a line that has lost its way try once more with other dice."""
        fault = sequence.fault
        if fault is None or sequence.sounding or not self._scheduler.holds(sequence):
            return
        self._tell(Tripped(fault))
        if sequence.tried_again:
            reason = f"The model lost its way in this line ({_WHY[fault]}); try another text."
            raise EngineFailedError(reason)
        self._model.runner.retry(sequence, (sequence.seed + 1) % _SEEDS)

    def _fail(self, sequence: Sequence, error: Exception) -> None:
        self._tell(_failed(sequence.ticket, error))
        self._leave(sequence.ticket)

    def _leave(self, ticket: int) -> None:
        sequence = self._scheduler.leave(ticket)
        if sequence is not None and sequence.begun:
            self._model.runner.leave(sequence)
        self._lessons = deque(each for each in self._lessons if each[0] != ticket)

    def _learn(self) -> None:
        """Take one step of the first lesson; the streams speak on between two of them."""
        ticket, lesson = self._lessons[0]
        answer: FromChild | None = None
        try:
            with self._model.runner.threads():
                next(lesson)
        except StopIteration as learnt:
            answer = Learnt(ticket, Timbre(self._model.card.fingerprint, learnt.value))
        except Exception as error:  # noqa: BLE001 - the server learns of it; the others go on
            answer = _failed(ticket, error)
        if answer is not None:
            self._lessons.popleft()
            self._tell(answer)

    def _tell(self, message: FromChild) -> None:
        self._pipe.tell(message)
        self._told_s = time.monotonic()


def _failed(ticket: int, error: Exception) -> Failed:
    if isinstance(error, SpeechError):
        return Failed(ticket, str(error), refused=isinstance(error, InputError))
    return Failed(ticket, f"The XTTS engine could not do this ({error!r}); try again.")


def serve(pipe: ChildPipe) -> None:
    """Load the model that the server names first, then work."""
    setup = None
    while setup is None:
        setup = pipe.hear(_BEAT_S)
    if not isinstance(setup, Setup):
        return
    try:
        model = open_model(setup)
    except ModelUnusableError as error:
        pipe.tell(Unusable(error.path, error.reason))
        return
    except Exception as error:  # noqa: BLE001 - whatever it is, the operator gets one sentence
        pipe.tell(Unusable(str(setup.files.folder), f"does not load ({_in_short(error)})"))
        return
    pipe.tell(Ready(model.card, model.width))
    Worker(pipe, model, setup.chunk_tokens).work()


def _in_short(error: Exception) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"


def main() -> None:
    """Speak for the server at the other end of standard input."""
    # The server alone decides when to end: it may have streams to finish after Ctrl-C or `stop`.
    for interruption in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interruption, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with (
        socket.socket(fileno=0) as server,
        contextlib.suppress(ServerGoneError),
        torch.inference_mode(),
    ):
        serve(ChildPipe(server))
    # A vocoder that hangs must not keep the process.
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
