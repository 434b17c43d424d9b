"""What LiteLLM makes of a server that it takes for OpenAI: one line of JSON."""

import asyncio
import json
import sys
from typing import Any

import litellm

URL, KEY = sys.argv[1], sys.argv[2]
HOW = {"model": "openai/tts-1", "api_base": f"{URL}/v1", "api_key": KEY, "max_retries": 0}


def refused(**asked: Any) -> str:
    try:
        litellm.speech(**{**HOW, "input": "Hello.", "voice": "alloy"} | asked)
    except Exception as error:  # noqa: BLE001 - the class is the question
        return type(error).__name__
    return "nothing"


async def awaited() -> int:
    reply = await litellm.aspeech(**HOW, input="Hello.", voice="onyx", response_format="wav")
    return len(reply.content)


spoken = litellm.speech(**HOW, input="Hello.", voice="alloy", response_format="pcm")
report = {
    "spoken": len(spoken.content),
    "awaited": asyncio.run(awaited()),
    "empty": refused(input=""),
    "voice": refused(voice="nobody"),
    "key": refused(api_key="wrong"),
}
print(json.dumps(report))
