"""What a child means to those it works for: it begins, it says something, it is lost."""

from enum import Enum
from typing import Protocol

from adapters.xtts.child import Child
from adapters.xtts.messages import FromChild, Ready


class End(Enum):
    """What became of a child, as those whose lines it spoke are told."""

    BROKE = "The XTTS engine broke while it worked on this; try again."
    SILENT = "The XTTS engine gave no more sign of life; try again."
    CLOSED = "The XTTS engine was closed while it worked on this."


class Duty(Protocol):
    """Those whom a child works for."""

    @property
    def busy(self) -> bool:
        """Whether the child owes anybody anything."""
        ...

    def begin(self, child: Child, ready: Ready) -> None:
        """This child can speak."""
        ...

    def hear(self, message: FromChild) -> None:
        """It said something."""
        ...

    def lose(self, end: End, back_in_s: float) -> None:
        """It is no more, or still there is none; another one may be ready in so long."""
        ...
