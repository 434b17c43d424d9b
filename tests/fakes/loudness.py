"""What was learnt of loudness, in memory; a test may hold it back or break it."""

import asyncio
from statistics import fmean

from typing_extensions import override

from domain.loudness import Learnt
from domain.ports import LoudnessStore


class FakeLoudness(LoudnessStore):
    """Keeps the last `most` while `running` is set; raises what it is `broken` by."""

    def __init__(self, most: int = 10_000) -> None:
        self.kept: dict[tuple[str, str], Learnt] = {}
        self.most = most
        self.asked = 0
        self.writes = 0
        self.running = asyncio.Event()
        self.running.set()
        self.broken: Exception | None = None

    async def _serve(self) -> None:
        await self.running.wait()
        if self.broken is not None:
            raise self.broken

    @override
    async def load(self, fingerprint: str, timbre_sha256: str) -> Learnt | None:
        self.asked += 1
        await self._serve()
        return self.kept.get((fingerprint, timbre_sha256))

    @override
    async def keep(self, fingerprint: str, timbre_sha256: str, learnt: Learnt) -> None:
        self.writes += 1
        await self._serve()
        key = fingerprint, timbre_sha256
        if key in self.kept and self.kept[key].seconds > learnt.seconds:
            return
        self.kept.pop(key, None)
        self.kept[key] = learnt
        while len(self.kept) > self.most:
            del self.kept[next(iter(self.kept))]

    @override
    async def mean(self, fingerprint: str) -> Learnt | None:
        await self._serve()
        known = [learnt for (engine, _), learnt in self.kept.items() if engine == fingerprint]
        if not known:
            return None
        return Learnt(
            lufs=fmean(each.lufs for each in known),
            seconds=sum(each.seconds for each in known),
            utterances=sum(each.utterances for each in known),
        )

    @override
    async def forget(self, fingerprint: str, timbre_sha256: str) -> None:
        await self._serve()
        self.kept.pop((fingerprint, timbre_sha256), None)
