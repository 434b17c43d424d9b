"""Sockets under a seeded storm of good, odd and hostile messages: nothing of it stays behind."""

import asyncio
import json
import os
import random
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.fakes.engine import FakeEngine
from tests.integration.serving import Served, serving
from tests.integration.waiting import until
from tests.integration.web_sockets import sound, talking

MESSAGES = int(os.environ.get("RHAPSODE_TEST_FUZZ_MESSAGES", "50000"))
SEED = int(os.environ.get("RHAPSODE_TEST_FUZZ_SEED", "8"))
AT_A_TIME = 32
OF_A_SOCKET = 80

WORDS = (
    "Hello ",
    "there. ",
    "1,000 ",
    "wasn't ",
    "it? ",
    "日本語。",
    "é",
    "\u202e",
    "\0",
    "…",
    " ",
)
TAGS = ("<break time='1s'/>", "<bre", "ak ", "<say-as", "<mark name='m'/>", "</p>", "<", ">", "&am")
NAMES = ("a", "b", "c", "d", "e", "f", "", None, 7, "n" * 300)
ODD: tuple[Any, ...] = (None, True, -1, 0, 1e308, 10**40, "", "x", [], {}, [[]], {"a": {"b": []}})
FIELDS = (
    *("type", "text", "flush", "try_trigger_generation", "voice_settings", "generation_config"),
    *("generator_config", "context_id", "contextId", "close_context", "close_socket", "keep_open"),
    *("audio_format", "EL_AUDIO_FORMAT", "target_lead_ms", "audio_channel", "mode", "xi_api_key"),
)
HOSTILE: tuple[str | bytes, ...] = (
    *("", "{", "null", "[]", '"text"', "{}", '{"text":"\\ud800"}', '{"text":NaN}', "[" * 50_000),
    '{"x":' + "[" * 20_000 + "]" * 20_000 + "}",
    '{"text":"' + "x" * 60_000 + '"}',
    '{"target_lead_ms":' + "9" * 5_000 + "}",
    "x" * 70_000,
    b"",
    b"\x00",
    b"\xff\xfe",
    b'{"text":"Hi "}',
)
QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"auto_mode": "true"},
    {"enable_ssml_parsing": "true", "auto_mode": "true"},
    {"keep_open": "true"},
    {"output_format": "ulaw_8000", "target_lead_ms": "0"},
    {"inactivity_timeout": "0.05"},
    {"speed": "99"},
    {"voice": "nobody"},
)


def dice(number: int) -> random.Random:
    """The same for the same seed."""
    return random.Random(f"{SEED}/{number}")  # noqa: S311 - no secrets


class Storm:
    """What one socket is sent, and how it is left."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.query: dict[str, Any] = dice.choice(QUERIES)
        self.kind = dice.choice(("stream-input", "multi-stream-input"))
        self.reads = dice.random() < 0.7
        self.leaves = dice.choice(("abort", "close", "end"))

    def messages(self) -> Iterator[str | bytes]:
        for _ in range(self.dice.randint(1, 2 * OF_A_SOCKET)):
            kind = self.dice.random()
            if kind < 0.97:
                yield json.dumps(self._good())
            elif kind < 0.985:
                yield json.dumps(self._odd())
            else:
                yield self.dice.choice(HOSTILE)

    def _good(self) -> dict[str, Any]:
        text = "".join(self.dice.choices(WORDS, k=self.dice.randint(1, 9)))
        if self.dice.random() < 0.1:
            text += self.dice.choice(TAGS)
        message: dict[str, Any] = {"text": text, "context_id": self.dice.choice(NAMES[:4])}
        if self.dice.random() < 0.2:
            message["flush"] = True
        if self.dice.random() < 0.1:
            message["voice_settings"] = {"speed": self.dice.choice((0.7, 1.2))}
        if self.dice.random() < 0.1:
            message = {"context_id": message["context_id"], "close_context": True, "text": " "}
        return message

    def _odd(self) -> dict[str, Any]:
        names = self.dice.choices(FIELDS, k=self.dice.randint(1, 4))
        return {name: self.dice.choice((*ODD, *NAMES, *TAGS)) for name in names}


async def drain(socket: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        async for _ in socket:
            pass


async def weather(served: Served, storm: Storm) -> AsyncGenerator[None]:
    """Send it all, or as much as is heard; yield behind every message."""
    async with talking(served, kind=storm.kind, **storm.query) as client:
        reading = asyncio.create_task(drain(client.socket)) if storm.reads else None
        with suppress(ConnectionClosed):
            for message in storm.messages():
                await client.socket.send(message)
                yield
            if storm.leaves == "end":
                await client.send({"text": ""}, {"close_socket": True})
                await asyncio.sleep(0.05)
            elif storm.leaves == "close" and reading is not None:
                await client.socket.close()
        client.socket.transport.abort()
        if reading is not None:
            await reading


async def storms(served: Served, dice: random.Random, messages: int) -> None:
    while messages > 0:
        async with aclosing(weather(served, Storm(dice))) as sent:
            async for _ in sent:
                messages -= 1


@pytest.mark.timeout(180)
async def test_a_storm_of_messages_leaves_no_task_slot_or_socket_behind(tmp_path: Path) -> None:
    engine = FakeEngine(slots=4, max_waiting=16)
    async with serving(tmp_path, engine=engine, stall_timeout_s=1) as served:
        sessions, sockets = served.container.sessions(), served.container.open_sockets()
        await storms(served, dice(AT_A_TIME), 1)
        await until(lambda: sockets.count == 0 and sessions.active == 0)
        await asyncio.sleep(0.1)
        before = asyncio.all_tasks()
        with capture_logs() as log:
            async with asyncio.TaskGroup() as group:
                for number in range(AT_A_TIME):
                    group.create_task(storms(served, dice(number), MESSAGES // AT_A_TIME))
        await until(lambda: sockets.count == 0 and sessions.active == 0, within_s=10)
        await until(lambda: not engine.lines)
        await until(lambda: not asyncio.all_tasks() - before)
        assert [entry for entry in log if entry["log_level"] == "error"] == []
        pulse = await served.container.engine().pulse()
        assert (pulse.speaking, pulse.waiting) == (0, ())
        async with talking(served, {"text": "Still here."}, {"text": ""}) as client:
            assert await client.end() == (1000, "")
        assert len(sound(client.told)) == 2 * 240 * len("Still here.")
