"""Loudness: how loud each voice is known to speak, told at once and learnt without a wait."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from application.recent import Recent
from domain.loudness import Learnt, Target
from domain.ports import Clock, LoudnessStore
from domain.voice import Timbre

log = logging.getLogger(__name__)

_PATIENCE_S = 0.05
_REST_S = 5.0
_FAREWELL_S = 2.0
_MOST_KNOWN = 1000
_KNOWN_FOR_S = 300.0
_MEAN_FOR_S = 60.0
_LEARNT_WITHIN_S = 10.0
_MOST_PENDING = 1000
_MOST_LATE = 8
_USUAL = Target()
_AWAY = (
    "How loud voices are can be neither looked up nor kept for now; they are spoken all the same."
)

K = TypeVar("K", bound=Hashable)
Key = tuple[str, str]
Kept = tuple[Learnt | None]
"""Also that nothing is known is worth remembering."""


class Loudness:
    """Memory first, then the store: who is slow is not waited for, who fails is left to rest.

    Enter it to have what is taught kept. A timbre's hash is its name here, so that a voice cloned
    anew starts anew, and two voices with one timbre teach each other.
    """

    def __init__(
        self,
        store: LoudnessStore,
        clock: Clock,
        usual: Target = _USUAL,
        *,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._store = store
        self._clock = clock
        self.usual = usual
        self._patience_s = patience_s
        self._known: Recent[Key, Kept] = Recent(clock, most=_MOST_KNOWN, ttl_s=_KNOWN_FOR_S)
        self._elsewhere: Recent[tuple[str, str, Target], Learnt] = Recent(
            clock, most=_MOST_KNOWN, ttl_s=_KNOWN_FOR_S
        )
        """At other loudnesses than the usual: not worth a place in the store."""
        self._means: Recent[str, Kept] = Recent(clock, most=_MOST_LATE, ttl_s=_MEAN_FOR_S)
        self._learning: Recent[tuple[str, str, Target], bool] = Recent(
            clock, most=_MOST_KNOWN, ttl_s=_LEARNT_WITHIN_S
        )
        self._pending: OrderedDict[Key, Learnt] = OrderedDict()
        self._something = asyncio.Event()
        self._closing = asyncio.Event()
        self._rests_until_s = clock.monotonic()
        self._asking: dict[tuple[object, object], asyncio.Task[None]] = {}
        self._late: set[asyncio.Task[None]] = set()
        self._writing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._closing.clear()
        self._writing = asyncio.create_task(self._write())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Keep what waits to be kept, for a moment at most."""
        self._closing.set()
        self._something.set()
        tasks = {*self._asking.values(), *([self._writing] if self._writing else [])}
        if tasks:
            _, slow = await asyncio.wait(tasks, timeout=_FAREWELL_S)
            for task in slow:
                task.cancel()
            await asyncio.wait(tasks, timeout=_FAREWELL_S)

    async def of(
        self, timbre: Timbre, target: Target | None = None
    ) -> tuple[Learnt | None, Learnt | None]:
        """Return what is known of this voice, and the mean over the voices of its engine."""
        key, engine = _key(timbre), timbre.fingerprint
        asked = {
            *self._ask(self._known, key, lambda: self._store.load(*key)),
            *self._ask(self._means, engine, lambda: self._store.mean(engine)),
        }
        if asked:
            _, late = await asyncio.wait(asked, timeout=self._patience_s)
            self._late |= late
        (known,), (mean,) = self._known.get(key) or (None,), self._means.get(engine) or (None,)
        if target is None or target == self.usual:
            return known, mean
        # at another loudness the limiter takes more or less of it: near enough to begin with
        return self._elsewhere.get((*key, target)) or known, mean

    def may_learn(self, timbre: Timbre, target: Target) -> bool:
        """Whether a stream that begins now is to study a voice: of many at once one does.

        Another may once it has taught, or has had time to.
        """
        key = (*_key(timbre), target)
        if self._learning.get(key):
            return False
        self._learning.put(key, True)
        return True

    async def teach(self, timbre: Timbre, learnt: Learnt, target: Target | None = None) -> None:
        """Know this from now on, unless more speech has taught what is known; it is kept soon."""
        key = _key(timbre)
        self._learning.drop((*key, target or self.usual))
        if target is not None and target != self.usual:
            self._elsewhere.put((*key, target), learnt)
            return
        (known,) = self._known.get(key) or (None,)
        if known is not None and (known == learnt or known.seconds > learnt.seconds):
            return
        self._known.put(key, (learnt,))
        self._pending[key] = learnt
        if len(self._pending) > _MOST_PENDING:
            self._pending.popitem(last=False)
        self._something.set()

    async def forget(self, timbre: Timbre) -> None:
        """Know nothing of a timbre any more; a store that fails keeps what nobody will ask for."""
        key = _key(timbre)
        self._known.drop(key)
        self._pending.pop(key, None)
        try:
            await self._store.forget(*key)
        except Exception:
            log.exception("What was learnt of a deleted voice's loudness could not be removed.")

    def _ask(
        self, memory: Recent[K, Kept], key: K, ask: Callable[[], Awaitable[Learnt | None]]
    ) -> set[asyncio.Task[None]]:
        """Begin to ask the store for what is not in memory, unless it rests or is slow already."""
        resting = self._clock.monotonic() < self._rests_until_s
        if memory.get(key) is not None or resting or len(self._late) >= _MOST_LATE:
            return set()
        asking = self._asking.get((memory, key))
        if asking is None:
            asking = asyncio.create_task(self._fill(memory, key, ask))
            self._asking[memory, key] = asking
            asking.add_done_callback(partial(self._answered, (memory, key)))
        return {asking} - self._late

    def _answered(self, question: tuple[object, object], asking: asyncio.Task[None]) -> None:
        self._asking.pop(question, None)
        self._late.discard(asking)

    async def _fill(
        self, memory: Recent[K, Kept], key: K, ask: Callable[[], Awaitable[Learnt | None]]
    ) -> None:
        try:
            found = await ask()
        except Exception:  # whatever is wrong with a store, the engine can speak
            if self._rests():
                log.exception(_AWAY)
            return
        (known,) = memory.get(key) or (None,)
        if known is None or (found is not None and found.seconds > known.seconds):
            memory.put(key, (found,))

    def _rests(self) -> bool:
        """Leave the store alone for a while; return whether that is news."""
        now_s = self._clock.monotonic()
        news, self._rests_until_s = now_s >= self._rests_until_s, now_s + _REST_S
        return news

    async def _write(self) -> None:
        while self._pending or not self._closing.is_set():
            if not self._pending:
                self._something.clear()
                await self._something.wait()
                continue
            key, learnt = next(iter(self._pending.items()))
            if await self._kept(key, learnt):
                if self._pending.get(key) is learnt:
                    del self._pending[key]
            elif self._closing.is_set():
                return
            else:
                await self._pause()

    async def _kept(self, key: Key, learnt: Learnt) -> bool:
        try:
            await self._store.keep(*key, learnt)
        except Exception:
            if self._rests():
                log.exception(_AWAY)
            return False
        return True

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(_REST_S):
                await self._closing.wait()
        except TimeoutError:
            return


def _key(timbre: Timbre) -> Key:
    return timbre.fingerprint, timbre.sha256
