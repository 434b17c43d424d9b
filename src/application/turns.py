"""Turns: long work goes one piece at a time, so that what is short and due goes in between."""

import asyncio
from heapq import heappop, heappush
from itertools import count

LONGEST_S = 0.3
"""So much sound is finished in one turn."""
_ROUNDS = 2
"""Of the loop, between two pieces of work: in one timers go off, in the next those they wake."""
_MOST_LEAD_S = 1.0
"""However much sound somebody has in hand: nobody waits for ever behind those who have less."""


class Turns:
    """Whoever takes a turn works until it next waits; then the loop goes round without any.

    A hundred listeners share one loop: a packet that is due waits for one piece of work at most,
    and of the pieces the one that is needed soonest goes first.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._came = count()
        self._taken = False

    async def take(self, lead_s: float) -> None:
        """Wait for a turn; what comes of it is needed in `lead_s`."""
        loop = asyncio.get_running_loop()
        if not self._taken:
            self._taken = True
            loop.call_soon(self._rest, _ROUNDS)
            return
        turn = loop.create_future()
        heappush(self._waiting, (loop.time() + min(lead_s, _MOST_LEAD_S), next(self._came), turn))
        await turn

    def _rest(self, rounds: int) -> None:
        """Let the loop go round, then give the turn to whoever waits, or to nobody."""
        if rounds == 0 and not self._handed_on():
            self._taken = False
            return
        asyncio.get_running_loop().call_soon(self._rest, rounds - 1 if rounds else _ROUNDS)

    def _handed_on(self) -> bool:
        while self._waiting:
            *_, turn = heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return True
        return False
