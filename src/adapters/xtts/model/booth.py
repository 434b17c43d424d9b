"""Where latents become sound: the vocoder in a thread of its own, beside the steps."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from adapters.xtts.model.guards import Fault, Silence
from adapters.xtts.model.handover import Handover
from adapters.xtts.vocoder.tape import Tape
from adapters.xtts.vocoder.vocoder import Vocoder
from domain.audio import Samples

_SPEAKER = 512
"""Numbers of an embedding of coqui's speaker encoder."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """What the vocoder has made of a line's latents, and where that leaves it."""

    samples: Samples
    last: bool
    fault: Fault | None
    tape: Tape
    silence: Silence


Outcome = Voiced | Exception
"""Of a line in the vocoder: one that fails does no harm to those that were there with it."""
Tell = Callable[[int, Voiced], None]
"""Hears at once of the sound of the line at this place."""


@dataclass(frozen=True, slots=True)
class Take:
    """What is to become sound, and the line it belongs to as it was before."""

    latents: Tensor
    last: bool
    tape: Tape
    silence: Silence

    def tape_ahead(self) -> Tape:
        """Return the tape with the latents on it; this one stays for another try."""
        tape = copy(self.tape)
        tape.add(self.latents)
        return tape


class Booth:
    """Takes the lines that are handed in together, and one such lot after another."""

    def __init__(self, vocoder: Vocoder, handover: Handover, threads: int) -> None:
        self._vocoder = vocoder
        self._handover = handover
        # One worker for good: what oneDNN prepares belongs to the thread that asked.
        self._worker = ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(threads,))

    def voice(self, takes: Sequence[Take], tell: Tell, *, guarded: bool) -> Future[list[Outcome]]:
        """Make sound of what the model's thread has made until now, and tell of it."""
        mark = self._handover.mark()

        @torch.inference_mode()
        def work() -> list[Outcome]:
            outcomes = self._outcomes(takes, mark, guarded=guarded)
            return [_told(at, outcome, tell) for at, outcome in enumerate(outcomes)]

        return self._worker.submit(work)

    def rehearse(self, latents: Sequence[int], width: int, together: int) -> None:
        """Begin, go on with and end lines, in chunks of all sizes and up to so many at once."""
        for lines in (1 << bits for bits in range(together.bit_length())):
            for count in latents:
                self._worker.submit(self._rehearse, count, width, lines).result()

    def _outcomes(self, takes: Sequence[Take], mark: Any, *, guarded: bool) -> list[Outcome]:
        """Make the sound of all at once; where that fails of each alone."""
        given = [each for take in takes for each in (take.latents, *take.tape.biases)]
        try:
            with self._handover.apart(mark, given):
                tapes = [take.tape_ahead() for take in takes]
                made = self._vocoder.speak_together(tapes, [take.last for take in takes])
                sounds = self._handover.fetch(made)
        except Exception as error:  # noqa: BLE001 - whose line it was learns of it
            if len(takes) == 1:
                return [error]
            alone = (self._outcomes([take], mark, guarded=guarded) for take in takes)
            return [outcome for (outcome,) in alone]
        return [
            Voiced(samples, take.last, _fault(samples, take.silence, guarded), tape, take.silence)
            for take, tape, samples in zip(takes, tapes, sounds, strict=True)
        ]

    @torch.inference_mode()
    def _rehearse(self, latents: int, width: int, lines: int) -> None:
        with self._handover.apart(self._handover.mark(), ()):
            tapes = [self._vocoder.tape(torch.zeros(_SPEAKER)) for _ in range(lines)]
            for last in (False, False, True):
                for tape in tapes:
                    tape.add(torch.zeros(latents, width))
                self._handover.fetch(self._vocoder.speak_together(tapes, [last] * lines))


def _fault(samples: Samples, silence: Silence, guarded: bool) -> Fault | None:  # noqa: FBT001
    if not np.isfinite(samples).all():
        return Fault.NUMBERS
    return Fault.SILENCE if guarded and silence.too_long(samples) else None


def _told(at: int, outcome: Outcome, tell: Tell) -> Outcome:
    if isinstance(outcome, Exception):
        return outcome
    try:
        tell(at, outcome)
    except Exception as error:  # noqa: BLE001 - the model's thread is told what became of it
        return error
    return outcome
