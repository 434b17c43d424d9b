"""Streams and events of a GPU that is not there: they note who waits for what, and when."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class FakeCuda:
    """What torch.cuda is asked for, in order; `current` is the stream that work goes to."""

    notes: list[tuple[Any, ...]] = field(default_factory=list)
    current: str = "steps"

    def Stream(self, device: object) -> "FakeStream":  # noqa: N802 - torch's name
        del device
        return FakeStream(self)

    def Event(self, *, blocking: bool = False) -> "FakeEvent":  # noqa: N802 - torch's name
        return FakeEvent(self, blocking)

    @contextmanager
    def stream(self, stream: "FakeStream") -> Iterator[None]:
        before, self.current = self.current, stream.name
        yield
        self.current = before


@dataclass
class FakeStream:
    cuda: FakeCuda
    name: str = "vocoder"

    def wait_event(self, event: "FakeEvent") -> None:
        self.cuda.notes.append((self.name, "waits for", event.recorded_in))


@dataclass
class FakeEvent:
    cuda: FakeCuda
    blocking: bool
    recorded_in: str = ""

    def record(self) -> None:
        self.recorded_in = self.cuda.current
        self.cuda.notes.append(("recorded in", self.recorded_in))

    def synchronize(self) -> None:
        asleep = "asleep" if self.blocking else "awake"
        self.cuda.notes.append(("processor waits for", self.recorded_in, asleep))


@dataclass
class FakeTensor:
    """Something on the GPU."""

    cuda: FakeCuda
    name: str
    numbers: Any = None

    def record_stream(self, stream: FakeStream) -> None:
        self.cuda.notes.append((self.name, "is read in", stream.name))

    def to(self, device: str, *, non_blocking: bool) -> Any:
        how = "while others work" if non_blocking else "and all wait"
        self.cuda.notes.append((self.name, "goes to", device, how, self.cuda.current))
        return self.numbers
