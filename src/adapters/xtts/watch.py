"""Tells a child that hangs from one that works: whoever owes an answer shows signs of life."""

import asyncio

from adapters.xtts.child import Child
from adapters.xtts.duty import Duty

_GLANCES = 8
"""How often the child is looked at in the time that it may be silent."""


class Watch:
    """Looks at the child now and then; it counts looks, not time, as a server may be halted too."""

    def __init__(self, child: Child, duty: Duty, patience_s: float) -> None:
        self._child = child
        self._duty = duty
        self._every_s = patience_s / _GLANCES
        self._silent = 0
        self._gone = False
        self.killed = False
        self._next = self._later()

    def heard(self) -> None:
        """It has just said something."""
        self._silent = 0

    def stop(self) -> None:
        """Look no more."""
        self._next.cancel()

    def _later(self) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._every_s, self._glance)

    def _glance(self) -> None:
        self._silent = self._silent + 1 if self._duty.busy else 0
        self.killed = self._silent > _GLANCES
        # Its socket may outlive it in a process of its own; what it still said is read first.
        if self.killed or self._gone:
            self._child.kill()
            return
        self._gone = self._child.gone()
        self._next = self._later()
