"""How tensors pass between the processor, the steps and the vocoder, with nobody waiting in vain.

A GPU works through streams of its own. The steps have one, the vocoder another, and an event in a
stream is all that one may wait for: the processor waits for what it reads, and for nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from typing_extensions import override

from domain.audio import Samples


class Letter:
    """Numbers on their way to the processor, row by row."""

    def __init__(self, rows: Tensor, arrival: Any = None) -> None:
        self._rows = rows
        self._arrival = arrival
        self._read: list[list[int]] | None = None

    def row(self, at: int) -> list[int]:
        """Return a row; the first reader waits for all of them."""
        if self._read is None:
            if self._arrival is not None:
                self._arrival.synchronize()
            self._read = self._rows.tolist()
        return self._read[at]


class Handover:
    """On a processor there is nothing to hand over: what was computed is there."""

    @staticmethod
    def of(device: torch.device) -> "Handover":
        """Return what a device needs."""
        return StreamHandover(torch.cuda, device) if device.type == "cuda" else Handover()

    def send(self, rows: Tensor) -> Letter:
        """Send numbers to the processor while the device goes on."""
        return Letter(rows)

    def mark(self) -> Any:
        """Return the moment by which all is made that the steps were asked for until now."""
        return None

    @contextmanager
    def apart(self, mark: Any, given: Iterable[Tensor]) -> Iterator[None]:
        """Work beside the steps, from a mark on, with tensors that they have made."""
        del mark, given
        yield

    def fetch(self, sounds: Sequence[Tensor]) -> list[Samples]:
        """Return sounds that were made apart, once they are there."""
        return [sound.cpu().numpy() for sound in sounds]


class StreamHandover(Handover):
    """On a GPU the vocoder has a stream of its own; `cuda` is torch's module, or acts like it."""

    def __init__(self, cuda: Any, device: torch.device) -> None:
        self._cuda = cuda
        self._stream = cuda.Stream(device)

    @override
    def send(self, rows: Tensor) -> Letter:
        # Into pinned memory, which torch takes when it need not wait.
        return Letter(rows.to("cpu", non_blocking=True), self.mark())

    @override
    def mark(self) -> Any:
        event = self._cuda.Event()
        event.record()
        return event

    @override
    @contextmanager
    def apart(self, mark: Any, given: Iterable[Tensor]) -> Iterator[None]:
        self._stream.wait_event(mark)
        for tensor in given:
            # Or its memory would go to the steps again while it is still being read here.
            tensor.record_stream(self._stream)
        with self._cuda.stream(self._stream):
            yield

    @override
    def fetch(self, sounds: Sequence[Tensor]) -> list[Samples]:
        fetched = [sound.to("cpu", non_blocking=True) for sound in sounds]
        # Asleep, not spinning: the steps need the interpreter and a core.
        event = self._cuda.Event(blocking=True)
        event.record()
        event.synchronize()
        return [sound.numpy() for sound in fetched]


def moved(tensor: Tensor, device: torch.device) -> Tensor:
    """Bring a tensor from the processor to a device, which goes on with what it was doing."""
    if device.type != "cuda":
        return tensor
    return tensor.pin_memory().to(device, non_blocking=True)
