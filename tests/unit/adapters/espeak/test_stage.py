"""Lines that kill the child, and all else that may befall it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from typing_extensions import override

from adapters.espeak import process, stage
from adapters.espeak.deaths import Deaths
from adapters.espeak.engine import EspeakEngine
from adapters.espeak.frames import Kind
from adapters.espeak.job import Delivery, Job
from adapters.espeak.process import Process
from adapters.espeak.stage import Listener
from domain.errors import EngineFailedError
from domain.ports import Chunk
from tests.unit.adapters.espeak.conftest import Booth, Sound, folders, is_gone, until
from tests.unit.adapters.espeak.sentences import SENTENCES

# Three letters of a keyboard that espeak-ng 1.52 does not survive; far from all of their kind.
DEADLY = "'-e", "da"


@pytest.fixture
async def fragile() -> AsyncIterator[Booth]:
    async with EspeakEngine() as engine:
        yield Booth(engine)


async def kill_on_air(booth: Booth, text: str) -> Exception:
    """Have the child killed while it speaks this, and return what became of the line."""
    child = booth.pid
    os.kill(child, signal.SIGSTOP)
    line = asyncio.create_task(booth.hear(booth.line(text)))
    await until(lambda: booth.stage._on_air)
    os.kill(child, signal.SIGKILL)
    with pytest.raises(EngineFailedError) as failed:
        await line
    return failed.value


def descriptors(pid: int) -> list[str]:
    """What a process holds open."""
    held = []
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # the folder that is being listed
            held.append(str(file.readlink()))
    return held


async def test_a_text_that_kills_the_child_fails_alone(fragile: Booth) -> None:
    texts = [SENTENCES["en"], "Before.", "After.", "And after that."]
    alone = [(await fragile.hear(fragile.line(text))).samples.tobytes() for text in texts]
    child = fragile.pid
    *before, dead, third, fourth = await asyncio.gather(
        *(fragile.hear(fragile.line(text)) for text in texts[:2]),
        fragile.hear(fragile.line(*DEADLY)),
        *(fragile.hear(fragile.line(text)) for text in texts[2:]),
        return_exceptions=True,
    )
    assert isinstance(dead, EngineFailedError)
    assert str(dead) == "The embedded engine broke on this text; try another one."
    sounds = [each for each in (*before, third, fourth) if isinstance(each, Sound)]
    assert [sound.samples.tobytes() for sound in sounds] == alone
    assert fragile.pid != child
    assert is_gone(child)
    assert (await fragile.engine.pulse()).alive


async def test_a_child_killed_in_the_middle_of_a_line_is_replaced(fragile: Booth) -> None:
    alone = (await fragile.hear(fragile.line("Hello."))).samples.tobytes()
    error = await kill_on_air(fragile, SENTENCES["en"])
    assert "broke on this text" in str(error)
    assert (await fragile.hear(fragile.line("Hello."))).samples.tobytes() == alone


async def test_a_child_that_ended_between_two_lines_costs_none(fragile: Booth) -> None:
    child = fragile.pid
    os.kill(child, signal.SIGKILL)
    await until(lambda: is_gone(child))
    assert len((await fragile.hear(fragile.line("Hello."))).samples) > 0


async def test_killed_again_and_again_each_line_ends_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "_REST_S", 0.01)
    monkeypatch.setattr("tempfile.tempdir", os.fspath(tmp_path))
    async with EspeakEngine() as engine:
        booth = Booth(engine)
        alone = (await booth.hear(booth.line(SENTENCES["en"]))).samples.tobytes()
        before = len(descriptors(os.getpid()))
        killed: set[int] = set()

        async def speak() -> list[bytes | None]:
            heard: list[bytes | None] = []
            while len(killed) < 20:
                try:
                    heard.append((await booth.hear(booth.line(SENTENCES["en"]))).samples.tobytes())
                except EngineFailedError:
                    heard.append(None)
            return heard

        async def kill() -> None:
            while len(killed) < 20:
                on_duty = booth.stage._process
                if on_duty is not None and (child := on_duty._popen.pid) not in killed:
                    # Now as it starts, now as it speaks.
                    await asyncio.sleep(0.25 * (len(killed) % 2))
                    os.kill(child, signal.SIGKILL)
                    killed.add(child)
                await asyncio.sleep(0.002)

        async with asyncio.timeout(30):
            *heard, _ = await asyncio.gather(*(speak() for _ in range(10)), kill())
        assert {sound for line in heard for sound in line or ()} == {alone, None}
        assert (await booth.hear(booth.line(SENTENCES["en"]))).samples.tobytes() == alone
        assert all(is_gone(child) for child in killed)
        assert len(descriptors(os.getpid())) == before
        assert len(folders(tmp_path)) == 1
        assert (await engine.pulse()).alive
    assert folders(tmp_path) == []


async def test_after_many_deaths_in_a_row_the_stage_rests_and_goes_on(
    fragile: Booth,
) -> None:
    fragile.stage._deaths = Deaths(most=2)
    for deaths in range(1, 4):
        with pytest.raises(EngineFailedError, match="broke on this text"):
            await fragile.hear(fragile.line(*DEADLY))
        assert fragile.stage._deaths.too_many == (deaths == 3)
    assert fragile.stage._process is None
    began_s = time.monotonic()
    await fragile.hear(fragile.line("Hello."))
    assert time.monotonic() - began_s > stage._REST_S


async def test_a_line_that_is_left_is_stopped_in_the_child(
    fragile: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Kind] = []
    hear = Process.hear

    def note(self: Process, patience_s: float) -> tuple[Kind, bytearray]:
        answer = hear(self, patience_s)
        answers.append(answer[0])
        return answer

    monkeypatch.setattr(Process, "hear", note)
    os.kill(fragile.pid, signal.SIGSTOP)
    manager = fragile.engine.speak(fragile.line(SENTENCES["en"], rate=0.6))
    await manager.__aenter__()
    await until(lambda: fragile.stage._on_air)
    await manager.__aexit__(None, None, None)
    os.kill(fragile.pid, signal.SIGCONT)
    await until(lambda: answers == [Kind.STOPPED])
    assert len((await fragile.hear(fragile.line("Hello."))).samples) > 0


async def test_a_line_that_is_left_at_its_end_is_not_stopped(
    fragile: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Leaving(Listener):
        @override
        def hear(self, chunk: Chunk) -> None:
            if chunk.last:
                fragile.stage.hush()

        @override
        def wanted(self) -> bool:
            return True

    told: list[Kind] = []
    tell = Process.tell

    def note(self: Process, kind: Kind, body: bytes = b"") -> None:
        told.append(kind)
        tell(self, kind, body)

    monkeypatch.setattr(Process, "tell", note)
    fragile.stage.say(Job("Hello.", "gmw/en", Delivery("gmw/en")), Leaving())
    assert told == [Kind.SPEAK]


async def test_a_line_left_just_before_its_turn_is_not_begun(
    fragile: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone(Listener):
        @override
        def hear(self, chunk: Chunk) -> None:
            raise AssertionError(chunk)

        @override
        def wanted(self) -> bool:
            return False

    told: list[Kind] = []
    monkeypatch.setattr(Process, "tell", lambda _self, kind, _body=b"": told.append(kind))
    fragile.stage.say(Job("Hello.", "gmw/en", Delivery("gmw/en")), Gone())
    fragile.stage.hush()
    assert told == []


async def test_a_child_that_hangs_is_replaced() -> None:
    async with EspeakEngine(patience_s=0.2) as engine:
        booth = Booth(engine)
        child = booth.pid
        os.kill(child, signal.SIGSTOP)
        with pytest.raises(EngineFailedError, match="no more sign of life on this text"):
            await booth.hear(booth.line("Hello."))
        assert is_gone(child)
        assert len((await booth.hear(booth.line("Hello."))).samples) > 0


async def test_a_child_that_has_gone_mad_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async with EspeakEngine() as engine:
        booth = Booth(engine)
        mad = (
            "import os; os.write(0, bytes([3, 0, 0, 0, 1, 0, 0, 0, 49]) + b'?' * 8); os.read(0, 1)"
        )
        with monkeypatch.context() as patched:
            patched.setattr(process, "_COMMAND", ("-c", mad))
            await kill_on_air(booth, "Hello.")
        with pytest.raises(EngineFailedError, match="broke on this text"):
            await booth.hear(booth.line("Hello."))
        assert len((await booth.hear(booth.line("Hello."))).samples) > 0


async def test_closing_does_not_wait_for_a_child_that_hangs() -> None:
    engine = await EspeakEngine().__aenter__()
    booth = Booth(engine)
    child = booth.pid
    os.kill(child, signal.SIGSTOP)
    line = asyncio.create_task(booth.hear(booth.line("Hello.")))
    await until(lambda: engine._turns and engine._turns.speaking)
    async with asyncio.timeout(2):
        await engine.__aexit__(None, None, None)
        with pytest.raises(EngineFailedError, match="closed while it spoke"):
            await line
    assert is_gone(child)


async def test_the_child_ignores_what_is_meant_for_the_server(fragile: Booth) -> None:
    child = fragile.pid
    assert os.getsid(child) != os.getsid(0)
    for interruption in (signal.SIGINT, signal.SIGTERM):
        os.kill(child, interruption)
    assert len((await fragile.hear(fragile.line("Hello."))).samples) > 0
    assert fragile.pid == child


async def test_the_child_has_no_socket_but_the_one_to_us() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.set_inheritable(True)
        async with EspeakEngine() as engine:
            held = descriptors(Booth(engine).pid)
    assert sum(name.startswith("socket:") for name in held) == 1


ORPHAN = """
import asyncio, sys
from adapters.espeak.deaths import Deaths
from adapters.espeak.engine import EspeakEngine
from domain.ports import SpokenLine

async def main():
    async with EspeakEngine() as engine:
        timbre = engine.card.speakers["espeak"]
        line = SpokenLine("s", 0, "Round and round it goes. " * 10, "en", timbre, 0.6)
        stage = engine._turns._stage
        print(stage._process._popen.pid, stage._data.path, flush=True)
        while sys.argv[1] == "speaking":
            async with engine.speak(line) as chunks:
                async for _ in chunks:
                    pass
        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("doing", ["speaking", "idle"])
def test_the_child_of_a_killed_server_goes_and_clears_up(doing: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN, doing],
        env={**os.environ, "PYTHONPATH": "src"},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        child, folder = server.stdout.readline().split()
        assert Path(folder).exists()
        server.kill()
    asyncio.run(until(lambda: is_gone(int(child)) and not Path(folder).exists(), within_s=3))
