"""Interrupt on ElevenLabs' `multi-stream-input`: one answer is cut short, another one begins."""

import base64
import json
import sys
from time import monotonic
from urllib.parse import urlencode

from listener import BYTES_A_SECOND, Listener, arguments, run
from websockets.asyncio.client import ClientConnection, connect

LONG = "Let me tell you everything about this ferry, from its first plank to its last. " * 40
INTERRUPTED_AFTER_S = 1.0


async def send(socket: ClientConnection, **message: object) -> None:
    """Send a message."""
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection, listener: Listener) -> dict[str, object]:
    """Take the next message, and hear what it brings."""
    told: dict[str, object] = json.loads(await socket.recv())
    if "error" in told:
        sys.exit(f"The server said: {told['message']}")
    if audio := told.get("audio"):
        listener.heard(base64.b64decode(str(audio)))
    return told


async def main() -> None:
    """Let the first answer be heard for a second, then say something else."""
    given = arguments(__doc__ or "", "Sorry, I will be brief: it leaves at seven.")
    # target_lead_ms paces the sound: what was not heard yet has hardly been sent
    query = {"output_format": "pcm_24000", "language_code": given.language, "target_lead_ms": 20}
    address = f"{given.url}/v1/text-to-speech/{given.voice}/multi-stream-input?{urlencode(query)}"
    async with connect(address, additional_headers={"xi-api-key": given.key}) as socket:
        listener = Listener(given.out)
        listener.sent(flush=True)
        await send(socket, text=LONG, context_id="first", flush=True)
        while len(listener.samples) < INTERRUPTED_AFTER_S * BYTES_A_SECOND:
            await hear(socket, listener)

        interrupted = monotonic()
        await send(socket, context_id="first", close_context=True)
        await send(socket, text=given.text, context_id="second", flush=True)
        # closed right behind its flush, a context is heard to its end
        await send(socket, context_id="second", close_context=True)
        final = ""
        while final != "second":
            told = await hear(socket, listener)
            final = str(told["contextId"]) if told.get("isFinal") else ""
            if final == "first":
                print(f"interrupted      {1000 * (monotonic() - interrupted):.1f} ms to silence")
        await send(socket, close_socket=True)
    listener.finish()


run(main())
