"""The two sockets: their addresses, and what they are opened with."""

from collections.abc import Iterator
from functools import partial
from itertools import count

import structlog
from litestar import Router, websocket
from litestar.di import Provide
from litestar.params import FromPath

from application.access import Access
from application.speaking import Speaking
from application.timbres import Timbres
from domain.arriving import Arriving
from domain.errors import InputError
from domain.feeds import PlainFeed, TaggedFeed
from domain.ports import AudioRelay, Clock, MarkupFeed, SentenceSplitter, SoundStudio, SpeechMarkup
from entrypoints.elevenlabs.conversation import POLICY, Conversation, House
from entrypoints.elevenlabs.dialogue import Dialogue
from entrypoints.elevenlabs.monologue import Monologue
from entrypoints.elevenlabs.talking import Parts, Talking
from entrypoints.elevenlabs.wire import socket as wire
from entrypoints.given import Given
from entrypoints.guards import OPEN, key_of
from entrypoints.keys import bare_key
from entrypoints.settings import Settings
from entrypoints.sockets import Line, OpenSockets, Socket, counted_as

_MOST_NAMED = 100
"""So much of a request's id is in the ids of its sessions: a number has room behind it."""


def house(
    splitter: Given[SentenceSplitter], markup: Given[SpeechMarkup], settings: Given[Settings]
) -> House:
    """Return what the rules need to know."""

    def arriving(language: str | None, tagged: bool) -> Arriving:  # noqa: FBT001 - as it is asked
        spoken = language or settings.default_language
        feed: MarkupFeed = TaggedFeed(markup.begin(spoken)) if tagged else PlainFeed(markup, spoken)
        return Arriving(feed, splitter, spoken)

    return House(
        arriving=arriving,
        usual=settings.target,
        longest_text=settings.longest_text,
        paced=settings.pacing,
        forward_channels=settings.forward_channels,
    )


def parts(
    access: Given[Access],
    speaking: Given[Speaking],
    timbres: Given[Timbres],
    studio: Given[SoundStudio],
    relay: Given[AudioRelay],
    clock: Given[Clock],
    open_sockets: Given[OpenSockets],
    settings: Given[Settings],
) -> Parts:
    """Return what a socket is served with."""
    return Parts(
        access=access,
        speaking=speaking,
        timbres=timbres,
        studio=studio,
        relay=relay,
        clock=clock,
        open_sockets=open_sockets,
        pauses=settings.pauses,
        packet_s=settings.packet_ms / 1000,
        stall_timeout_s=settings.stall_timeout_s,
    )


@websocket("/{voice_id:str}/stream-input", opt=OPEN)
async def stream_input(
    socket: Socket, voice_id: FromPath[str], house: Given[House], parts: Given[Parts]
) -> None:
    """Speak one text as it comes."""
    await _serve(socket, voice_id, house, parts, Monologue)


@websocket("/{voice_id:str}/multi-stream-input", opt=OPEN)
async def multi_stream_input(
    socket: Socket, voice_id: FromPath[str], house: Given[House], parts: Given[Parts]
) -> None:
    """Speak several texts as they come, each of which may be interrupted."""
    await _serve(socket, voice_id, house, parts, Dialogue)


async def _serve(
    socket: Socket, voice: str, house: House, parts: Parts, kind: type[Conversation]
) -> None:
    await socket.accept()
    line = Line(socket, parts.stall_timeout_s)
    try:
        query = wire.decode_query(dict(socket.query_params.items()))
        conversation = kind(house, voice, query, parts.clock.monotonic())
    except InputError as error:
        told = wire.failed(str(error), "invalid_input_message", POLICY)
        await line.close(POLICY, str(error), told)
        return
    key = key_of(socket) or bare_key(query.authorization)
    talking = Talking(line, conversation, voice, parts, _session_ids())
    await talking.run(key, partial(counted_as, socket))


def _session_ids() -> Iterator[str]:
    """Call the sessions of this socket after its request, one after another."""
    request_id = structlog.contextvars.get_contextvars()["request"]
    return (f"{request_id[:_MOST_NAMED]}.{number}" for number in count(1))


routes = Router(
    "/v1/text-to-speech",
    route_handlers=[stream_input, multi_stream_input],
    dependencies={
        "house": Provide(house, sync_to_thread=False),
        "parts": Provide(parts, sync_to_thread=False),
    },
)
