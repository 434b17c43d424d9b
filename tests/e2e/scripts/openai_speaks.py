"""What the `openai` package makes of a server: one line of JSON."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai

URL, KEY, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])
FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
TEXT = "The quick brown fox jumps over the lazy dog. It was not amused."

client = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)


def speak(**asked: Any) -> Any:
    return client.audio.speech.create(
        **{"model": "gpt-4o-mini-tts", "voice": "alloy", "input": TEXT} | asked
    )


def streamed(**asked: Any) -> Any:
    return client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="nova", input=TEXT, **asked
    )


def files() -> None:
    for name in FORMATS:
        speak(response_format=name).write_to_file(FOLDER / f"whole.{name}")
        with streamed(response_format=name) as reply:
            reply.stream_to_file(FOLDER / f"streamed.{name}")


def events() -> list[Any]:
    with streamed(response_format="pcm", stream_format="sse") as reply:
        lines = [line for line in reply.iter_lines() if line]
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def refused(work: Callable[[], object]) -> dict[str, Any]:
    try:
        work()
    except openai.APIStatusError as error:
        return {
            "class": type(error).__name__,
            "status": error.status_code,
            "type": error.type,
            "param": error.param,
            "code": error.code,
            "message": error.message,
        }
    return {"class": None}


stranger = openai.OpenAI(base_url=f"{URL}/v1", api_key="wrong", max_retries=0)
files()
report = {
    "version": openai.__version__,
    "events": events(),
    "manner": len(speak(instructions="Whisper.", speed=2.0, response_format="pcm").content),
    "own_fields": len(
        speak(
            extra_body={"language": "de", "loudness": "off", "seed": 3}, response_format="pcm"
        ).content
    ),
    "by_id": len(speak(voice={"id": "alloy"}, response_format="pcm").content),
    "models": [model.id for model in client.models.list()],
    "model": client.models.retrieve("tts-1").to_dict(),
    "errors": {
        "empty": refused(lambda: speak(input="")),
        "long": refused(lambda: speak(input="a" * 4097)),
        "format": refused(lambda: speak(response_format="ogg")),
        "stream_format": refused(lambda: speak(stream_format="none")),
        "speed": refused(lambda: speak(speed=4.5)),
        "kind": refused(lambda: speak(speed="quick")),
        "language": refused(lambda: speak(extra_body={"language": "klingon"})),
        "model": refused(lambda: speak(model="whisper-1")),
        "voice": refused(lambda: speak(voice="nobody")),
        "no_such_model": refused(lambda: client.models.retrieve("gpt-9")),
        "key": refused(stranger.models.list),
    },
}
print(json.dumps(report))
