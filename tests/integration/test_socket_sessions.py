"""The sessions of a socket are called after its request, in the order of their batches."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.events import Event, SpeechFinished, SpeechQueued
from domain.speech import SpeechRequest
from tests.integration.serving import Served
from tests.integration.web_sockets import Client, Told, left_nothing, sound, talking

MULTI = "multi-stream-input"
ONE = {"text": "One is here. ", "flush": True}
TWO = {"text": "Two is too. ", "flush": True}
END = {"text": ""}
LONG = {"text": "This is long enough to be heard while another one is spoken. ", "flush": True}


@asynccontextmanager
async def told_of(served: Served) -> AsyncIterator[list[Event]]:
    """All that the bus tells until everything was put away."""
    told: list[Event] = []
    async with served.container.bus().subscribe() as events:
        yield told
        await left_nothing(served)
        served.container.bus().publish(SpeechQueued("the last", 0))
        async for event in events:
            if isinstance(event, SpeechQueued) and event.session_id == "the last":
                return
            told.append(event)


def begun(events: list[Event]) -> list[str]:
    return [event.session_id for event in events if isinstance(event, SpeechQueued)]


def ended(events: list[Event]) -> dict[str, str]:
    every = (event for event in events if isinstance(event, SpeechFinished))
    return {event.session_id: event.outcome for event in every}


def request_id(client: Client) -> str:
    response = client.socket.response
    assert response is not None
    return response.headers["x-request-id"]


SENT = pytest.mark.parametrize("sent", [None, "call-7:a_b.c", "not harmless", "x" * 129])


@SENT
async def test_batches_are_numbered_behind_the_id_that_the_handshake_told(
    served: Served, sent: str | None
) -> None:
    headers = {"x-request-id": sent} if sent else None
    async with told_of(served) as events:
        async with talking(served, ONE, TWO, END, headers=headers) as client:
            assert await client.end() == (1000, "")
            known = request_id(client)
    assert begun(events) == [f"{known}.1", f"{known}.2"]
    assert ended(events) == {f"{known}.1": "done", f"{known}.2": "done"}


@SENT
async def test_contexts_share_the_numbers_of_their_socket(served: Served, sent: str | None) -> None:
    headers = {"x-request-id": sent} if sent else None
    both = ({**ONE, "context_id": "a"}, {**TWO, "context_id": "b"})
    async with told_of(served) as events:
        async with talking(served, *both, kind=MULTI, headers=headers) as client:
            while {each.get("contextId") for each in client.told} != {"a", "b"}:
                await client.next()
            known = request_id(client)
    assert sorted(begun(events)) == sorted(ended(events)) == [f"{known}.1", f"{known}.2"]


async def test_the_longest_id_leaves_room_for_a_number(served: Served) -> None:
    longest = "x" * 28 + "y" * 100
    async with told_of(served) as events:
        async with talking(served, ONE, END, headers={"x-request-id": longest}) as client:
            assert await client.end() == (1000, "")
            assert request_id(client) == longest
    assert begun(events) == ["x" * 28 + "y" * 72 + ".1"]


@pytest.mark.parametrize(
    ("kind", "last"),
    [("stream-input", [END]), (MULTI, [{"flush": True}, {"close_context": True}])],
)
async def test_two_sockets_of_one_request_id_both_speak(
    served: Served, kind: str, last: list[Told]
) -> None:
    how: dict[str, Any] = {"kind": kind, "headers": {"x-request-id": "both"}, "target_lead_ms": 20}
    final = None if kind == "stream-input" else "default"
    async with told_of(served) as events:
        async with talking(served, LONG, **how) as one, talking(served, LONG, **how) as other:
            await one.next()
            await other.next()
            assert served.container.sessions().active == 2
            for client in (one, other):
                await client.send(*last)
                await client.until(final=final)
        assert sound(one.told) == sound(other.told) != b""
    assert "both.1" in begun(events)
    assert len(set(begun(events))) == 2
    assert set(ended(events).values()) == {"done"}


async def test_a_session_of_another_door_keeps_no_batch_from_being_spoken(staged: Served) -> None:
    taken = SpeechRequest("Taken already.", session_id="mine.1")
    stream = await staged.container.speaking().begin(taken)
    async with told_of(staged) as events:
        headers = {"x-request-id": "mine"}
        async with talking(staged, ONE, TWO, END, headers=headers) as client:
            assert await client.end() == (1000, "")
        await stream.aclose()
    other, second = begun(events)
    assert (other != "mine.1", second) == (True, "mine.2")
