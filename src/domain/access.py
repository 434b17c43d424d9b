"""Who is calling, and whose voices they may use."""

from dataclasses import dataclass

HOUSE = "house"
"""Owns the voices of everyone whose key was set by the operator, and of the command line."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody the door let in."""

    name: str
    owner: str = HOUSE


ANYONE = Caller("anyone")
"""The caller where no keys are set: whoever sits at this machine."""
