"""Keeps one child on duty, whatever befalls it: watched, buried when it ends, and followed."""

import asyncio
import logging
import time

from adapters.xtts.child import LOST, Child
from adapters.xtts.deaths import Deaths
from adapters.xtts.duty import Duty, End
from adapters.xtts.messages import Ready, Setup
from adapters.xtts.watch import Watch
from domain.errors import EngineFailedError, ModelUnusableError

log = logging.getLogger(__name__)

_GRACE_S = 0.5


class Keeper:
    """Opened and closed once; both may happen in different tasks of one loop."""

    def __init__(
        self, setup: Setup, worker: str, duty: Duty, patience_s: float, starts_within_s: float
    ) -> None:
        self._setup = setup
        self._worker = worker
        self._duty = duty
        self._patience_s = patience_s
        self._starts_within_s = starts_within_s
        self._deaths = Deaths()
        self._task: asyncio.Task[Ready] | asyncio.Task[None] | None = None
        self._closed = False
        self._child: Child | None = None
        self._fingerprint = ""
        self._start_took_s = 0.0
        self._heard_s: float | None = None

    @property
    def pid(self) -> int | None:
        """The number of the child, if there is one."""
        return self._child.pid if self._child else None

    @property
    def silent_s(self) -> float | None:
        """How long ago a child last said something."""
        return None if self._heard_s is None else time.monotonic() - self._heard_s

    async def open(self) -> Ready:
        """Bring the first child on duty, or raise why that cannot be."""
        starting = asyncio.create_task(self._start())
        self._task = starting
        try:
            await asyncio.wait({starting})
        except BaseException:
            await self.close()
            raise
        if self._closed:
            raise EngineFailedError("The XTTS engine was closed as it started.")
        ready = starting.result()
        self._fingerprint = ready.card.fingerprint
        self._task = asyncio.create_task(self._keep())
        return ready

    async def close(self) -> None:
        """End the child; no process is left when this returns."""
        self._closed = True
        try:
            if self._task is not None:
                self._task.cancel()
                await asyncio.wait({self._task})
            await self._bury(grace_s=0.0)
        finally:
            if self._child is not None:
                self._child.bury()

    async def _start(self) -> Ready:
        """Have a child that can speak, or none and the log says why."""
        began_s = time.monotonic()
        try:
            child, ready = await self._greeted()
        except ModelUnusableError as error:
            await self._bury()
            if self._fingerprint:
                log.error("the XTTS engine does not start again: %s", error)  # noqa: TRY400
            raise
        except Exception as error:
            how = await self._bury()
            log.error("the XTTS engine does not start (%s); its process ended %s", error, how)  # noqa: TRY400 - the sentence tells
            raise
        self._heard_s = time.monotonic()
        self._start_took_s = self._heard_s - began_s
        self._duty.begin(child, ready)
        return ready

    async def _greeted(self) -> tuple[Child, Ready]:
        try:
            self._child = child = Child.start(self._worker)
        except OSError as error:
            msg = f"The XTTS engine cannot start its process ({error}); free some memory."
            raise EngineFailedError(msg) from error
        try:
            async with asyncio.timeout(self._starts_within_s):
                ready = await child.greet(self._setup)
        except TimeoutError as error:
            msg = f"The XTTS engine was not ready within {self._starts_within_s:g} s of its start."
            raise EngineFailedError(msg) from error
        if self._fingerprint not in {"", ready.card.fingerprint}:
            raise EngineFailedError("The files hold another model now; start the server again.")
        return child, ready

    async def _keep(self) -> None:
        """One child after another, until cancelled."""
        while True:
            if self._child is not None:
                await self._serve(self._child)
            await self._another()

    async def _serve(self, child: Child) -> None:
        """Have the child speak for as long as it lives."""
        ready_s, end = time.monotonic(), End.CLOSED
        watch = Watch(child, self._duty, self._patience_s)
        try:
            end = await self._listen(child, watch)
        finally:
            watch.stop()
            self._deaths.note(time.monotonic() - ready_s)
            self._duty.lose(end, self._back_in_s())
        what = "gave no sign of life" if end is End.SILENT else "is gone"
        log.error("the child of the XTTS engine %s: it ended %s", what, await self._bury())

    async def _listen(self, child: Child, watch: "Watch") -> End:
        try:
            while True:
                message = await child.hear()
                self._heard_s = time.monotonic()
                watch.heard()
                self._duty.hear(message)
        except LOST as error:
            log.debug("the child of the XTTS engine is lost: %r", error)
        except Exception:
            log.exception("the child of the XTTS engine said what nobody understands")
        return End.SILENT if watch.killed else End.BROKE

    async def _another(self) -> None:
        """Start the next child, after a rest where one dies after another."""
        await asyncio.sleep(self._deaths.rest_s)
        try:
            await self._start()
        except Exception:  # noqa: BLE001 - it is in the log, and another child follows
            self._deaths.note(0.0)
            self._duty.lose(End.BROKE, self._back_in_s())

    def _back_in_s(self) -> float:
        return self._deaths.rest_s + self._start_took_s

    async def _bury(self, grace_s: float = _GRACE_S) -> str:
        if self._child is None:
            return "before it began"
        epitaph = await self._child.close(grace_s)
        self._child = None
        return epitaph
