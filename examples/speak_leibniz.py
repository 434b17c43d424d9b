"""Speak over Leibniz's `/api/v1/stream`: one socket, one request after the other."""

import base64
import json
import sys

from listener import Listener, arguments, run
from websockets.asyncio.client import ClientConnection, connect


async def speak(socket: ClientConnection, request: dict[str, str], listener: Listener) -> None:
    """Ask for one text, and hear it to its end."""
    listener.sent(flush=True)
    await socket.send(json.dumps({"type": "synthesize", **request}))
    async for message in socket:
        told = json.loads(message)
        match told["type"]:
            case "sentence_start":
                print(f"sentence {told['index']}: {told['text']}")
            case "audio":
                listener.heard(base64.b64decode(told["data"]))
            case "complete":
                return
            case "error":
                sys.exit(f"The server said: {told['message']} ({told['code']})")
    sys.exit("The server closed the socket before the text was spoken.")


async def main() -> None:
    """Speak a text line by line, as lines of a conversation come."""
    given = arguments(__doc__ or "", "Good morning.\nThe ferry leaves at seven.")
    manner = {"language": given.language}
    if given.voice != "default":
        manner["voice"] = given.voice
    door = {"Authorization": f"Bearer {given.key}"}
    async with connect(f"{given.url}/api/v1/stream", additional_headers=door) as socket:
        listener = Listener(given.out)
        for line in given.text.splitlines():
            await speak(socket, {"text": line, **manner}, listener)
    listener.finish()


run(main())
