"""What Leibniz' socket refuses, and how it ends."""

import asyncio
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from application.access import Access
from domain.errors import EngineFailedError
from domain.session import SessionState
from entrypoints.leibniz import socket as leibniz
from tests.fakes.engine import FakeEngine
from tests.integration.leibniz.talks import LONG, Client, Stage, dialled
from tests.integration.serving import serving
from tests.integration.waiting import until


async def test_a_message_that_cannot_be_understood_is_answered_and_nothing_ends(
    stage: Stage,
) -> None:
    async with dialled(stage.served) as client:
        for sent in ("Hello", b"\xff", "[]", "{}", '{"type":"ping"}', '{"type":"synthesize"}'):
            await client.socket.send(sent)
            assert (await client.until("error", "complete"))["code"] == "invalid_request"
        await client.socket.send(b'{"type":"synthesize","text":"Hello there."}')
        assert (await client.until("error", "complete"))["type"] == "complete"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"text": "  "}, "invalid_request"),
        ({"text": "Hi. " * 10_000}, "text_too_long"),
        ({"text": "<speak><p>Hello</speak>"}, "invalid_markup"),
        ({"text": "Hello.", "language": "tlh"}, "language_not_found"),
        ({"text": "Hello.", "voice": "Nobody"}, "voice_not_found"),
    ],
)
async def test_what_cannot_be_spoken_is_refused_in_its_turn(
    stage: Stage, asked: dict[str, str], code: str
) -> None:
    async with dialled(stage.served) as client:
        await client.send({"type": "synthesize", **asked})
        refused = await client.until("error", "complete")
        assert refused["code"] == code
        assert refused["message"].endswith(".")
        assert (await client.spoken("Hello there."))["type"] == "complete"


async def test_who_asks_for_too_much_at_once_is_told_so(stage: Stage) -> None:
    stage.engine.running.clear()
    async with dialled(stage.served) as client:
        for number in range(10):
            await client.ask(f"Number {number}.")
        assert (await client.until("error"))["code"] == "queue_full"
        stage.engine.running.set()
        for _ in range(9):
            assert (await client.until("error", "complete"))["type"] == "complete"


async def test_a_session_that_speaks_elsewhere_is_not_begun_twice(stage: Stage) -> None:
    stage.engine.pause_after(2)
    async with dialled(stage.served, "session_id=s") as one:
        await one.ask(LONG)
        await one.until("audio")
        async with dialled(stage.served, "session_id=s") as other:
            assert (await other.spoken("Hello there."))["code"] == "session_in_use"
            await one.send({"type": "cancel"})
            await one.until("complete")
            stage.engine.running.set()
            assert (await other.spoken("Hello there."))["type"] == "complete"


async def test_a_crowded_engine_is_told_as_busy(stage: Stage) -> None:
    stage.engine.refusing_after = 0
    async with dialled(stage.served) as client:
        assert (await client.spoken("Hello there."))["code"] == "busy"


async def test_an_engine_that_breaks_midway_ends_its_request_and_nothing_else(
    stage: Stage,
) -> None:
    stage.engine.pause_after(2)
    async with dialled(stage.served, "session_id=s") as client:
        await client.ask(LONG)
        await client.until("audio")
        stage.engine.broken = EngineFailedError("The engine broke.")
        stage.engine.running.set()
        failed = await client.until("error", "complete")
        assert (failed["code"], failed["message"]) == ("unavailable", "The engine broke.")
        assert await stage.state() is SessionState.FAILED
        stage.engine.broken = None
        assert (await client.spoken("Hello there."))["type"] == "complete"


async def test_a_fault_of_ours_is_told_and_ends_the_socket(stage: Stage) -> None:
    stage.engine.broken = RuntimeError("SECRET")
    async with dialled(stage.served) as client:
        failed = await client.spoken("Hello there.")
        assert failed["code"] == "internal_error"
        assert "SECRET" not in failed["message"]
        assert (await client.closed())[0] == 1011
    await stage.nothing_is_left()


@pytest.mark.parametrize(
    ("query", "code"),
    [("session_id=a%20b", "invalid_session_id"), ("binary=perhaps", "invalid_request")],
)
async def test_an_address_that_says_nonsense_is_refused(
    stage: Stage, query: str, code: str
) -> None:
    async with dialled(stage.served, query) as client:
        refused = await client.read()
        assert refused["code"] == code
        assert await client.closed() == (1008, refused["message"])


async def test_one_key_opens_so_many_sockets_and_no_more(stage: Stage) -> None:
    async with dialled(stage.served), dialled(stage.served), dialled(stage.served):
        async with dialled(stage.served) as client:
            assert (await client.until("error", "connected"))["code"] == "too_many_sockets"
            assert (await client.closed())[0] == 1008
    await until(lambda: stage.served.container.open_sockets().count == 0)
    async with dialled(stage.served) as client:
        assert (await client.read())["type"] == "connected"


async def test_a_key_is_needed_where_there_are_keys(tmp_path: Path) -> None:
    async with serving(tmp_path, engine=FakeEngine(), access=Access(["secret"])) as served:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            async with dialled(served, additional_headers=headers) as client:
                assert (await client.read())["code"] == "invalid_api_key"
                assert (await client.closed())[0] == 1008
        ways: list[tuple[str, dict[str, str]]] = [
            ("", {"Authorization": "Bearer secret"}),
            ("", {"xi-api-key": "secret"}),
            ("authorization=Bearer%20secret", {}),
        ]
        for query, headers in ways:
            async with dialled(served, query, additional_headers=headers) as client:
                assert (await client.spoken("Hello there."))["type"] == "complete"


async def test_who_asks_nothing_for_long_is_let_go(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leibniz, "IDLE_S", 0.3)
    stage.engine.running.clear()
    async with dialled(stage.served) as client:
        await client.ask("Hello there.")
        await asyncio.sleep(0.6)
        stage.engine.running.set()
        assert (await client.until("complete"))["cancelled"] is False
        assert (await client.closed())[0] == 1000


async def test_a_server_that_ends_lets_speech_end_begins_none_and_says_goodbye(
    tmp_path: Path,
) -> None:
    engine = FakeEngine()
    engine.pause_after(2)
    async with serving(tmp_path, engine=engine) as served:
        client = Client(await connect(f"ws://127.0.0.1:{served.port}/api/v1/stream"))
        await client.ask("Sentence by sentence it goes on.")
        await client.until("audio")
        served.container.sessions().close_doors()
        await client.ask("Not this any more.")
        engine.running.set()
        assert (await client.until("complete", "error"))["cancelled"] is False
        assert (await client.until("complete", "error"))["code"] == "closing"
    with pytest.raises(ConnectionClosedError):
        await client.read()
    assert client.socket.close_code == 1012
