import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from types import TracebackType
from typing import Any

from typing_extensions import override

from application.access import Access
from domain.loudness import Target
from domain.ports import SpokenLine
from entrypoints.leibniz.socket import Opened, Parts, Stream
from entrypoints.sockets import Line, OpenSockets
from tests.fakes.engine import FakeEngine, FakeLine
from tests.unit.application.house import House

SENTENCE = "It goes on and on without a stop " * 7 + "until the end."
ASK = json.dumps({"type": "synthesize", "text": SENTENCE})
CANCEL = '{"type":"cancel"}'


class ScriptedLine(Line):
    """A client that never makes anybody wait, and whose words come as a test scripts them."""

    def __init__(self, script: Callable[["ScriptedLine"], AsyncGenerator[str]]) -> None:
        self._script = script
        self.told: list[dict[str, Any]] = []

    @override
    async def messages(self) -> AsyncGenerator[str | bytes]:
        async for message in self._script(self):
            yield message

    @override
    async def send(self, data: bytes, *, binary: bool = False) -> None:
        self.told.append(json.loads(data))

    @override
    async def close(self, code: int, reason: str = "", *told: bytes) -> None:
        self.told.append({"type": "closed", "code": code})

    async def until(self, kind: str) -> None:
        while all(each["type"] != kind for each in self.told):  # noqa: ASYNC110 - turns of the loop
            await asyncio.sleep(0)

    def told_of(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.told if each["type"] == kind]


class SlowToLeave(FakeEngine):
    """Takes a moment to let go of a line."""

    @override
    def speak(self, line: SpokenLine) -> FakeLine:
        return SlowLine(self, line)


class SlowLine(FakeLine):
    @override
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        await super().__aexit__(kind, error, trace)


def serve(line: ScriptedLine, engine: FakeEngine) -> Awaitable[None]:
    house = House(engine=engine)
    parts = Parts(
        access=Access([]),
        speaking=house.speaking,
        clock=house.clock,
        open_sockets=OpenSockets(1),
        usual=Target(lufs=None),
        packet_s=0.02,
        stall_timeout_s=1.0,
    )
    return Stream(line, Opened("s", "house", binary=False), parts).run()


async def test_a_cancel_is_read_before_all_that_is_there_at_once_was_sent() -> None:
    async def script(line: ScriptedLine) -> AsyncGenerator[str]:
        yield ASK
        await line.until("audio")
        yield CANCEL
        await line.until("complete")

    line = ScriptedLine(script)
    await serve(line, FakeEngine(step=1000))
    assert len(line.told_of("audio")) < 10
    (complete,) = line.told_of("complete")
    assert (complete["cancelled"], complete["chunks"]) == (True, len(line.told_of("audio")))


async def test_impatient_clients_may_cancel_again_while_the_engine_lets_go() -> None:
    async def script(line: ScriptedLine) -> AsyncGenerator[str]:
        yield ASK
        await line.until("audio")
        for _ in range(10):
            yield CANCEL
            await asyncio.sleep(0)
        await line.until("complete")

    line = ScriptedLine(script)
    engine = SlowToLeave(step=10)
    await serve(line, engine)
    assert [each["cancelled"] for each in line.told_of("complete")] == [True]
    assert line.told_of("error") == line.told_of("closed") == []
    assert engine.lines == []


async def test_the_engine_is_free_before_a_cancel_is_answered_and_before_a_socket_is_left() -> None:
    engine = SlowToLeave(step=10)
    left: list[int] = []

    async def script(line: ScriptedLine) -> AsyncGenerator[str]:
        yield ASK
        await line.until("audio")
        yield CANCEL
        await line.until("complete")
        left.append(len(engine.lines))
        line.told.clear()
        yield ASK
        await line.until("audio")

    await serve(ScriptedLine(script), engine)
    left.append(len(engine.lines))
    assert left == [0, 0]
    assert engine.spoken
