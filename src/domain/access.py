"""Who is calling."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody the door let in."""

    name: str


ANYONE = Caller("anyone")
"""The caller where no keys are set: whoever sits at this machine."""
