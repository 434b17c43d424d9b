"""An engine whose sound is a known tone per character, and which a test can hold back or break."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Self

import numpy as np
from typing_extensions import override

from domain.audio import Pcm, Samples
from domain.errors import EngineBusyError, EngineFailedError, LatentsForeignError
from domain.language import XTTS_LANGUAGES
from domain.mixing import portions
from domain.ports import Chunk, EngineCard, Pulse, SpeechEngine, SpokenLine, Word
from domain.speech import Latents
from domain.voice import Timbre

RATE_HZ = 24_000
CHARACTER = RATE_HZ // 100
_MARK = 7.0
_EMBEDDING = "speaker_embedding"


def timbre(height: float = 1.0) -> Timbre:
    embedding = np.zeros(512, dtype=np.float32)
    embedding[:2] = _MARK, height
    latent = np.zeros((32, 1024), dtype=np.float32)
    return Timbre("fake/1", {"gpt_cond_latent": latent, "speaker_embedding": embedding})


def sound_of(text: str) -> Samples:
    """Ten milliseconds a character, at a level that tells which it is, from silence to silence."""
    levels = np.array([(ord(character) % 97 + 1) / 100 for character in text], dtype=np.float32)
    samples = np.repeat(levels, CHARACTER)
    samples[::CHARACTER] = samples[CHARACTER - 1 :: CHARACTER] = 0.0
    return samples


class FakeEngine(SpeechEngine):
    """Speaks one line at a time in `step` characters a chunk, while `running` is set."""

    def __init__(self, *, slots: int = 2, max_waiting: int = 8, step: int = 10) -> None:
        self.slots = slots
        self.max_waiting = max_waiting
        self.step = step
        self.running = asyncio.Event()
        self.running.set()
        self.broken: Exception | None = None
        self.admitted: list[SpokenLine] = []
        self.spoken: list[SpokenLine] = []
        self.conditioned: list[Sequence[Pcm]] = []
        self.lines: list[FakeLine] = []
        self.entered = asyncio.Event()
        self.refused = asyncio.Event()
        self.refusing_after: int | None = None
        self._entered = 0
        self._chunks_left: int | None = None

    def pause_after(self, chunks: int) -> None:
        """Stop running once so many chunks more have been handed out."""
        self._chunks_left = chunks

    def full(self) -> bool:
        """Whether there is no room; a test may let only so many lines in."""
        self._entered += 1
        refusing = self.refusing_after is not None and self._entered > self.refusing_after
        if refusing or len(self.lines) >= self.slots + self.max_waiting:
            self.refused.set()
            return True
        return False

    def handed_out(self) -> None:
        if self._chunks_left is not None:
            self._chunks_left -= 1
            if self._chunks_left == 0:
                self.running.clear()

    @property
    @override
    def card(self) -> EngineCard:
        return EngineCard(
            name="fake",
            fingerprint="fake/1",
            rate_hz=RATE_HZ,
            languages=XTTS_LANGUAGES,
            speakers={"fake": timbre(), "Ana Florence": timbre(2.0)},
            default_speaker="fake",
            cloning="none",
            alignment="exact",
            device="cpu",
            precision="fp32",
            ahead_s=1.0,
            slots=self.slots,
            rates=(0.5, 2.0),
            longest_text_otherwise=120,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.lines.clear()

    @override
    async def condition(self, clips: Sequence[Pcm]) -> Timbre:
        self.conditioned.append(clips)
        return timbre(float(len(clips)))

    @override
    async def recall(self, latents: Latents) -> Timbre:
        if latents["speaker_embedding"].shape != (512,) or latents["speaker_embedding"][0] != _MARK:
            raise LatentsForeignError("fake", "the mark is missing")
        arrays: Mapping[str, Samples] = dict(latents)
        return Timbre("fake/1", arrays)

    @override
    async def mix(self, timbres: Sequence[Timbre], weights: Sequence[float]) -> Timbre:
        mix = portions([await self.recall(each.arrays) for each in timbres], weights)
        heights = [each.share * float(each.timbre.arrays[_EMBEDDING][1]) for each in mix]
        return timbre(math.fsum(heights))

    @override
    def speak(self, line: SpokenLine) -> "FakeLine":
        return FakeLine(self, line)

    @override
    async def pulse(self) -> Pulse:
        speaking, waiting = self.lines[: self.slots], self.lines[self.slots :]
        return Pulse(
            alive=self.broken is None,
            speaking=len(speaking),
            waiting=tuple(line.line.stream for line in waiting),
            expected_wait_s=float(len(waiting)),
            last_step_age_s=0.0,
        )


class FakeLine(AsyncIterator[Chunk]):
    def __init__(self, engine: FakeEngine, line: SpokenLine) -> None:
        self.engine = engine
        self.line = line
        self.changed = asyncio.Event()
        self._at = 0

    async def __aenter__(self) -> Self:
        if self.engine.full():
            raise EngineBusyError(1.0)
        if len(self.line.text) > self.engine.card.longest(self.line.language):
            msg = "The line is too long."
            raise EngineFailedError(msg)
        self.engine.lines.append(self)
        self.engine.admitted.append(self.line)
        self.engine.entered.set()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self in self.engine.lines:
            self.engine.lines.remove(self)
        for line in (self, *self.engine.lines):
            line.changed.set()

    @override
    async def __anext__(self) -> Chunk:
        await self._turn()
        if self not in self.engine.lines or self._at > len(self.line.text):
            raise StopAsyncIteration
        if self.engine.broken is not None:
            raise self.engine.broken
        if self._at == 0:
            self.engine.spoken.append(self.line)
        return self._chunk()

    async def _turn(self) -> None:
        """Wait for a slot, for the test's leave to run, or for being left."""
        deadline = asyncio.get_running_loop().time() + self.line.start_within_s
        while self in self.engine.lines and not self._may_speak():
            self.changed.clear()
            running = asyncio.ensure_future(self.engine.running.wait())
            changed = asyncio.ensure_future(self.changed.wait())
            left_s = None if self._at else deadline - asyncio.get_running_loop().time()
            waits = {changed} if self.engine.running.is_set() else {changed, running}
            try:
                done, _ = await asyncio.wait(
                    waits,
                    timeout=left_s,
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                for wait in (running, changed):
                    wait.cancel()
            if not done:
                raise EngineBusyError(1.0)

    def _may_speak(self) -> bool:
        has_slot = self in self.engine.lines[: self.engine.slots]
        return has_slot and self.engine.running.is_set()

    def _chunk(self) -> Chunk:
        text = self.line.text[self._at : self._at + self.engine.step]
        start, self._at = self._at, self._at + self.engine.step
        self.engine.handed_out()
        last = self._at >= len(self.line.text)
        if last:
            self._at = len(self.line.text) + 1
        word = Word(start, start + len(text), start * CHARACTER, (start + len(text)) * CHARACTER)
        return Chunk(sound_of(text), (word,) if text else (), last)
