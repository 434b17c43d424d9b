"""What a voice agent does with LiveKit's ElevenLabs plugin: prints what it heard, as JSON.

`PACED` is a server that sends sound as it is heard: there a speech can be interrupted half-way.
"""

import asyncio
import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
from livekit.agents import APIConnectOptions, APIStatusError
from livekit.agents.types import USERDATA_TIMED_TRANSCRIPT
from livekit.plugins import elevenlabs

URL, PACED, KEY, FOLDER = sys.argv[1:5]
ONCE = APIConnectOptions(max_retry=0, timeout=10)
TEXT = (
    "Hello there, my friend. The boats were waiting for the morning tide, and I paid $5 for apples."
    " Nobody knew why the old clock had stopped at midnight."
)
LONG = "We could hear the children laughing behind the garden wall. " * 4
A_TOKEN = 5


def plugin(session: aiohttp.ClientSession, url: str = URL, **given: Any) -> elevenlabs.TTS:
    named = {"api_key": KEY, "voice_id": "Annie"} | given
    return elevenlabs.TTS(base_url=f"{url}/v1", http_session=session, **named)


async def said(stream: Any, text: str = TEXT) -> None:
    """Say it as a language model does."""
    for start in range(0, len(text), A_TOKEN):
        stream.push_text(text[start : start + A_TOKEN])
        await asyncio.sleep(0.005)
    stream.flush()
    stream.end_input()


async def spoken(tts: elevenlabs.TTS, name: str) -> dict[str, Any]:
    stream = tts.stream(conn_options=ONCE)
    saying = asyncio.create_task(said(stream))
    data, words, rate_hz = b"", [], 0
    async for event in stream:
        frame = event.frame
        data += bytes(frame.data)
        rate_hz = frame.sample_rate
        told = frame.userdata.get(USERDATA_TIMED_TRANSCRIPT, [])
        words += [[str(word), word.start_time, word.end_time] for word in told]
    await saying
    await stream.aclose()
    path = Path(FOLDER) / name
    path.write_bytes(data)
    reused = stream._connection_reused
    return {"path": str(path), "rate_hz": rate_hz, "words": words, "reused": reused}


async def speaking(session: aiohttp.ClientSession) -> dict[str, Any]:
    tts = plugin(session)
    usual = [await spoken(tts, "usual.raw"), await spoken(tts, "again.raw")]
    await tts.aclose()
    settings = elevenlabs.VoiceSettings(stability=0.4, similarity_boost=0.8, speed=1.1)
    other = plugin(
        session,
        encoding="pcm_24000",
        voice_settings=settings,
        preferred_alignment="original",
        chunk_length_schedule=[60, 120],
    )
    tuned = await spoken(other, "tuned.raw")
    await other.aclose()
    return {"usual": usual, "tuned": tuned}


async def streams(session: aiohttp.ClientSession) -> float:
    """How many streams the server counts as alive."""
    async with session.get(f"{PACED}/metrics", headers={"xi-api-key": KEY}) as reply:
        lines = (await reply.text()).splitlines()
    told = next(line for line in lines if line.startswith("tts_streams_active "))
    return float(told.split()[1])


async def interrupted(session: aiohttp.ClientSession) -> dict[str, Any]:
    """Fall silent while the language model is still at it, then speak again."""
    tts = plugin(session, PACED, encoding="pcm_24000")
    stream = tts.stream(conn_options=ONCE)
    stream.push_text(LONG)
    heard_s = 0.0
    async for event in stream:
        heard_s += event.frame.duration
        if heard_s > 1:
            break
    before = await streams(session)
    begun = time.monotonic()
    await stream.aclose()
    while await streams(session) and time.monotonic() - begun < 5:
        pass
    freed_s = time.monotonic() - begun
    again = await spoken(tts, "behind.raw")
    await tts.aclose()
    return {"before": before, "heard_s": heard_s, "freed_s": freed_s, "again": again}


async def failure(session: aiohttp.ClientSession, **given: str) -> list[Any]:
    tts = plugin(session, **given)
    try:
        await spoken(tts, "never.raw")
    except APIStatusError as error:
        return [type(error).__name__, error.status_code]
    finally:
        await tts.aclose()
    return []


async def main() -> dict[str, Any]:
    async with aiohttp.ClientSession() as session:
        return {
            "voices": [voice.id for voice in await plugin(session).list_voices()][:3],
            "speaking": await speaking(session),
            "interrupted": await interrupted(session),
            "key": await failure(session, api_key="nobody's"),
            "voice": await failure(session, voice_id="nobody"),
        }


logging.basicConfig(level=logging.DEBUG if "-v" in sys.argv else logging.CRITICAL)
print(json.dumps(asyncio.run(main())))
