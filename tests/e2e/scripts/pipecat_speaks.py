"""What a voice agent does with Pipecat's ElevenLabs service: prints what it heard, as JSON.

`PACED` is a server that sends sound as it is heard: there a speech can be interrupted half-way.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, Self

import aiohttp
from loguru import logger
from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.services.tts_service import TextAggregationMode
from pipecat.workers.runner import WorkerRunner

URL, PACED, KEY, FOLDER = sys.argv[1:5]
TEXT = (
    "Hello there, my friend. The boats were waiting for the morning tide, and I paid $5 for apples."
    " Nobody knew why the old clock had stopped at midnight."
)
LONG = "We could hear the children laughing behind the garden wall. " * 4
A_TOKEN = 5
RATE_HZ = 24_000


class Ear(FrameProcessor):  # type: ignore[misc]  # not installed here
    """Stands where the speaker of a device would: hears sound, and words with their moments."""

    def __init__(self) -> None:
        super().__init__()
        self.sound = b""
        self.words: list[tuple[str, float]] = []
        self.stopped = asyncio.Event()
        self.heard = asyncio.Event()
        self._began_ns: int | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TTSAudioRawFrame):
            if self._began_ns is None:
                self._began_ns = self.get_clock().get_time()
            self.sound += frame.audio
            if len(self.sound) > 2 * RATE_HZ:
                self.heard.set()
        elif isinstance(frame, TTSTextFrame):
            self.words.append((frame.text, (frame.pts or 0) / 1e9))
        elif isinstance(frame, TTSStoppedFrame):
            self.stopped.set()
        await self.push_frame(frame, direction)

    def told(self, name: str) -> dict[str, Any]:
        path = Path(FOLDER) / name
        path.write_bytes(self.sound)
        return {
            "path": str(path),
            "words": self.words,
            "began_s": (self._began_ns or 0) / 1e9,
        }


class Agent:
    """A pipeline of nothing but a voice, for as long as the block lasts."""

    def __init__(self, url: str = URL, key: str = KEY, voice: str = "Annie", **given: Any) -> None:
        settings = ElevenLabsTTSService.Settings(voice=voice, model="eleven_flash_v2_5")
        self.tts = ElevenLabsTTSService(api_key=key, url=url, settings=settings, **given)
        self.ear = Ear()
        self.worker = PipelineWorker(
            Pipeline([self.tts, self.ear]),
            cancel_on_idle_timeout=False,
            enable_rtvi=False,
            params=PipelineParams(audio_out_sample_rate=RATE_HZ),
        )
        self.errors: list[str] = []
        self.began = asyncio.Event()
        self.worker.add_event_handler("on_pipeline_started", self._begins)
        self.worker.add_event_handler("on_pipeline_error", self._fails)

    async def _begins(self, *_: object) -> None:
        self.began.set()

    async def _fails(self, _: object, frame: ErrorFrame) -> None:
        self.errors.append(frame.error)

    async def __aenter__(self) -> Self:
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(self.worker)
        self._running = asyncio.create_task(runner.run())
        await asyncio.wait_for(self.began.wait(), 10)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.worker.stop_when_done()
        await asyncio.wait_for(self._running, 20)

    async def say(self, text: str, *, ends: bool = True) -> None:
        """Say it as a language model does."""
        await self.worker.queue_frame(LLMFullResponseStartFrame())
        for start in range(0, len(text), A_TOKEN):
            await self.worker.queue_frame(LLMTextFrame(text[start : start + A_TOKEN]))
            await asyncio.sleep(0.005)
        if ends:
            await self.worker.queue_frame(LLMFullResponseEndFrame())


async def spoken(name: str, **given: Any) -> dict[str, Any]:
    async with Agent(**given) as agent:
        await agent.say(TEXT)
        await asyncio.wait_for(agent.ear.stopped.wait(), 20)
        begun = time.monotonic()
    return agent.ear.told(name) | {
        "errors": agent.errors,
        "closed_s": time.monotonic() - begun,
    }


async def streams(session: aiohttp.ClientSession) -> float:
    """How many streams the server counts as alive."""
    url = PACED.replace("ws", "http", 1)
    async with session.get(f"{url}/metrics", headers={"xi-api-key": KEY}) as reply:
        lines = (await reply.text()).splitlines()
    told = next(line for line in lines if line.startswith("tts_streams_active "))
    return float(told.split()[1])


async def interrupted(session: aiohttp.ClientSession, *, ends: bool) -> dict[str, Any]:
    """Interrupt half-way, whether the language model has said all or not; then speak again."""
    async with Agent(PACED) as agent:
        await agent.say(LONG, ends=ends)
        await asyncio.wait_for(agent.ear.heard.wait(), 20)
        before = await streams(session)
        begun = time.monotonic()
        await agent.worker.queue_frame(InterruptionFrame())
        while await streams(session) and time.monotonic() - begun < 20:
            pass
        freed_s = time.monotonic() - begun
        heard = len(agent.ear.sound)
        await asyncio.sleep(0.3)
        late = len(agent.ear.sound) - heard
        agent.ear.stopped.clear()
        agent.ear.sound = b""
        await agent.say("Nobody knew why the old clock had stopped.")
        await asyncio.wait_for(agent.ear.stopped.wait(), 20)
    return {
        "before": before,
        "freed_s": freed_s,
        "late": late,
        "again": len(agent.ear.sound),
        "errors": agent.errors,
    }


async def failure(**given: str) -> list[str]:
    async with Agent(**given) as agent:
        await agent.say("Hello there.")
        await asyncio.sleep(0.5)
    return agent.errors


async def main() -> dict[str, Any]:
    async with aiohttp.ClientSession() as session:
        return {
            "sentences": await spoken("sentences.raw"),
            "tokens": await spoken("tokens.raw", text_aggregation_mode=TextAggregationMode.TOKEN),
            "interrupted": await interrupted(session, ends=False),
            "interrupted_late": await interrupted(session, ends=True),
            "voice": await failure(voice="nobody"),
        }


logger.remove()
if "-v" in sys.argv:
    logger.add(sys.stderr, level="TRACE")
print(json.dumps(asyncio.run(main())))
