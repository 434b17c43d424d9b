"""A stream with times: one JSON object a line, each with sound and the characters heard in it."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial

from application.delivering import Delivery
from domain.formats import AudioFormat
from domain.lettering import Captioning
from entrypoints.elevenlabs.wire import speech as wire
from entrypoints.spoken import Framing

MEDIA_TYPE = "application/x-ndjson"


def timed(sent: str, to: AudioFormat) -> Framing:
    """Return how a stream of this text tells its times."""
    return Framing(MEDIA_TYPE, partial(_lines, sent=sent, to=to))


async def _lines(delivery: Delivery, sent: str, to: AudioFormat) -> AsyncGenerator[bytes, None]:
    """Times count from the beginning of the stream.

    Characters come with the sound of the word they belong to. Where it cannot be told how much
    sound a number of bytes is, they come a little before it, as soon as they are known.
    """
    captioning = await asyncio.to_thread(Captioning, sent, delivery.stream.text, to.lead_s)
    carried = 0
    while data := await delivery.read():
        carried += len(data)
        until_s = wire.seconds_of(carried, to)
        words = delivery.words() if until_s is None else delivery.words(until_s)
        yield wire.line(data, captioning.hear(words, delivery.seconds))
    heard = captioning.hear(delivery.words(), delivery.seconds)
    rest = heard.followed_by(captioning.end(delivery.seconds))
    if rest.sent.text or rest.spoken.text:
        yield wire.line(b"", rest)
