"""What the `openai` package makes of a server whose engine is busy: one line of JSON."""

import json
import sys

import openai

client = openai.OpenAI(base_url=f"{sys.argv[1]}/v1", api_key="none", max_retries=0)
try:
    client.audio.speech.create(model="tts-1", voice="alloy", input="Hello.")
except openai.InternalServerError as error:
    wait = error.response.headers["retry-after"]
    print(json.dumps({"status": error.status_code, "type": error.type, "wait": wait}))
