"""Text that arrives in pieces through ElevenLabs' own package: prints what became of it, as JSON.

Tries what is named behind the folder, or everything. A server without TLS is named by the package's
own attribute, for its `convert_realtime` dials wss alone.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.types import VoiceSettings

URL, KEY, FOLDER = sys.argv[1:4]
PIECES = (
    *("Hello ", "there, ", "my ", "friend. ", "The ", "boats ", "were ", "wait", "ing ", "for "),
    *("the ", "mor", "ning ", "tide, ", "and ", "I ", "paid $", "5 ", "for ", "apples. "),
    *("Nobody ", "knew ", "why ", "the ", "old ", "clock ", "had ", "stop", "ped ", "at "),
    "midnight.",
)
A_WORD_S = 0.02
SETTINGS = VoiceSettings(stability=0.4, similarity_boost=0.8, style=0.0, speed=1.1)


def client(key: str = KEY) -> ElevenLabs:
    made = ElevenLabs(api_key=key, base_url=URL)
    if URL.startswith("http://"):
        made.text_to_speech._ws_base_url = URL.replace("http", "ws", 1)
    return made


def spoken(name: str, **given: Any) -> dict[str, Any]:
    begun = time.monotonic()
    chunks, came_at, sent_all_at = [], [], []

    def pieces() -> Iterator[str]:
        for piece in PIECES:
            yield piece
            time.sleep(A_WORD_S)
        sent_all_at.append(time.monotonic() - begun)

    sound = client().text_to_speech.convert_realtime("Annie", text=pieces(), **given)
    for chunk in sound:
        chunks.append(chunk)
        came_at.append(time.monotonic() - begun)
    path = Path(FOLDER) / name
    path.write_bytes(b"".join(chunks))
    return {
        "path": str(path),
        "chunks": len(chunks),
        "longest": max(map(len, chunks)),
        "before_the_end": sum(at < sent_all_at[0] for at in came_at),
    }


def failure(key: str, voice: str) -> list[Any]:
    sound = client(key).text_to_speech.convert_realtime(
        voice, text=iter(PIECES), output_format="pcm_24000"
    )
    try:
        sum(map(len, sound))
    except ApiError as error:
        # its own choice: the reason of the close, or the message before it if it has read that
        told = error.body if isinstance(error.body, str) else error.body["message"]
        return [error.status_code, told]
    return []


TRIED: dict[str, Callable[[], Any]] = {
    "pcm": lambda: spoken("pcm.raw", output_format="pcm_24000"),
    "quick": lambda: spoken("quick.raw", output_format="pcm_24000", voice_settings=SETTINGS),
    "mp3": lambda: spoken("usual.mp3", model_id="eleven_flash_v2_5"),
    "key": lambda: failure("nobody's", "Annie"),
    "voice": lambda: failure(KEY, "nobody"),
}
print(json.dumps({name: TRIED[name]() for name in sys.argv[4:] or TRIED}))
