"""Speak over ElevenLabs' `stream-input`: words go out while their sound comes in."""

import asyncio
import base64
import json
import sys
from urllib.parse import urlencode

from listener import Listener, arguments, run, words
from websockets.asyncio.client import ClientConnection, connect


async def write(socket: ClientConnection, text: str, listener: Listener) -> None:
    """Send a text word by word, then have the rest of it spoken."""
    await socket.send(json.dumps({"text": " "}))
    for word in words(text):
        listener.sent()
        await socket.send(json.dumps({"text": word}))
        await asyncio.sleep(0.02)
    listener.sent(flush=True)
    await socket.send(json.dumps({"text": " ", "flush": True}))
    await socket.send(json.dumps({"text": ""}))


async def listen(socket: ClientConnection, listener: Listener) -> None:
    """Hear everything; the server closes the socket behind it."""
    async for message in socket:
        told = json.loads(message)
        if "error" in told:
            sys.exit(f"The server said: {told['message']}")
        if told.get("audio"):
            listener.heard(base64.b64decode(told["audio"]))


async def main() -> None:
    """Do both at once."""
    given = arguments(__doc__ or "", "Good morning. The ferry leaves at seven, so bring your coat.")
    query = {"output_format": "pcm_24000", "auto_mode": "true", "language_code": given.language}
    address = f"{given.url}/v1/text-to-speech/{given.voice}/stream-input?{urlencode(query)}"
    async with connect(address, additional_headers={"xi-api-key": given.key}) as socket:
        listener = Listener(given.out)
        writing = asyncio.create_task(write(socket, given.text, listener))
        await listen(socket, listener)
        await writing
        listener.finish()


run(main())
