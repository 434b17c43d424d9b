"""Programs started before they are asked for, so that no stream waits for a start."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import Generic, Protocol, Self, TypeVar

from domain.errors import StudioBusyError


class Spare(Protocol):
    """Something that can wait, die while it waits, and be given up."""

    @property
    def runs(self) -> bool:
        """Whether it can still be used."""
        ...

    async def aclose(self) -> None:
        """Give it up."""
        ...


Kind = TypeVar("Kind", bound=Hashable)
Made = TypeVar("Made", bound=Spare)


class Spares(Generic[Kind, Made]):
    """Keeps one of each kind that was lately taken, `most` in all, `keep_s` after the last use."""

    def __init__(
        self,
        start: Callable[[Kind], Awaitable[Made]],
        *,
        most: int = 4,
        keep_s: float = 60.0,
        settle_s: float = 0.3,
    ) -> None:
        self._start = start
        self._most = most
        self._keep_s = keep_s
        self._settle_s = settle_s
        self._ready: dict[Kind, Made] = {}
        self._used_at: dict[Kind, float] = {}
        self._used = asyncio.Event()
        self._tending: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to tend them."""
        self._tending = asyncio.create_task(self._tend())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Give all of them up."""
        tending, self._tending = self._tending, None
        if tending is not None:
            tending.cancel()
            await asyncio.wait((tending,))
        self._used_at.clear()
        await self._give_up()

    async def take(self, kind: Kind) -> Made:
        """Return the spare of this kind, or start one; another will stand ready for the next."""
        self._used_at.pop(kind, None)
        self._used_at[kind] = self._now()
        self._used.set()
        spare = self._ready.pop(kind, None)
        if spare is not None:
            if spare.runs:
                return spare
            await spare.aclose()
        return await self._start(kind)

    async def _tend(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._until_next()):
                    await self._used.wait()
            self._used.clear()
            self._forget_idle()
            await self._give_up()
            # the stream that took the last one is on its way to its first sound: leave it the
            # processor
            await asyncio.sleep(self._settle_s)
            for kind in list(self._used_at):
                await self._stand_ready(kind)

    async def _stand_ready(self, kind: Kind) -> None:
        if (waiting := self._ready.pop(kind, None)) is not None:
            if waiting.runs:
                self._ready[kind] = waiting
                return
            await waiting.aclose()
        try:
            spare = await self._start(kind)
        except StudioBusyError:
            # whoever asks next will hear of it
            self._used_at.pop(kind, None)
        else:
            self._ready[kind] = spare

    def _forget_idle(self) -> None:
        idle = [kind for kind, at in self._used_at.items() if self._now() - at >= self._keep_s]
        too_many = max(0, len(self._used_at) - self._most)
        for kind in idle + list(self._used_at)[:too_many]:
            self._used_at.pop(kind, None)

    async def _give_up(self) -> None:
        for kind in [kind for kind in self._ready if kind not in self._used_at]:
            # one may have been taken while another was given up
            if (spare := self._ready.pop(kind, None)) is not None:
                await spare.aclose()

    def _until_next(self) -> float | None:
        """Return how long until one is idle for too long."""
        first = min(self._used_at.values(), default=None)
        return None if first is None else max(0.0, first + self._keep_s - self._now())

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
