"""Frames, whole and broken, from both ends of a socket."""

import asyncio
import pickle
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from adapters.xtts.files import ModelFiles
from adapters.xtts.messages import Beat, FromChild, Learn, Leave, Setup, Sound, Taken, ToChild
from adapters.xtts.pipe import (
    ChildPipe,
    FrameBrokenError,
    Frames,
    ServerGoneError,
    ServerPipe,
    framed,
)
from domain.audio import Pcm
from domain.ports import Chunk, Word

SETUP = Setup(ModelFiles(Path("config.json"), Path("model.pth"), Path("vocab.json")), slots=3)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_messages_come_whole_however_their_bytes_arrive() -> None:
    said: list[ToChild] = [SETUP, Taken(4, 2400), Leave(4)]
    stream = b"".join(framed(message) for message in said)
    for size in (1, 3, 7, len(stream)):
        frames, heard = Frames[ToChild](ToChild), []
        for at in range(0, len(stream), size):
            frames.feed(stream[at : at + size])
            while (message := frames.next()) is not None:
                heard.append(message)
        assert heard == said


def test_sound_arrives_as_it_was_sent() -> None:
    samples = np.linspace(-1, 1, 4800, dtype=np.float32)
    frames = Frames[FromChild](FromChild)
    frames.feed(framed(Sound(7, Chunk(samples, (Word(0, 3, 10, 900),), last=True))))
    sound = frames.next()
    assert isinstance(sound, Sound)
    assert sound.chunk.samples.tobytes() == samples.tobytes()
    assert (sound.ticket, sound.chunk.words, sound.chunk.last) == (7, (Word(0, 3, 10, 900),), True)


@pytest.mark.parametrize(
    "arrived",
    [
        b"Traceback (most recent call last):",
        struct.pack("<I", 7) + b"nothing",
        struct.pack("<I", 1) + b"X",
        struct.pack("<I", 0),
        framed(Beat())[:-3] + b"???",
        struct.pack("<I", len(pickle.dumps("a text"))) + pickle.dumps("a text"),
        framed(Leave(1)),
    ],
)
def test_what_is_no_message_of_that_side_is_refused(arrived: bytes) -> None:
    frames = Frames[FromChild](FromChild)
    frames.feed(arrived)
    with pytest.raises(FrameBrokenError):
        frames.next()


async def test_the_server_hears_what_the_child_says_until_it_ends(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    server, child = await ServerPipe.over(ours), ChildPipe(theirs)
    child.tell(Beat())
    child.tell(Sound(1, Chunk(np.zeros(3, np.float32))))
    theirs.close()
    assert await server.hear() == Beat()
    assert isinstance(await server.hear(), Sound)
    with pytest.raises(EOFError):
        await server.hear()
    server.drop()


async def test_dropping_wakes_whoever_hears(ends: tuple[socket.socket, socket.socket]) -> None:
    server = await ServerPipe.over(ends[0])
    hearing = asyncio.ensure_future(server.hear())
    await asyncio.sleep(0)
    server.drop()
    with pytest.raises(EOFError):
        await asyncio.wait_for(hearing, 1)
    server.tell(Leave(1))


async def test_telling_a_child_that_does_not_read_never_waits(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    server, child = await ServerPipe.over(ends[0]), ChildPipe(ends[1])
    clip = Pcm(np.zeros(10**6, np.float32), 16_000)
    for ticket in range(3):
        server.tell(Learn(ticket, (clip,)))
    assert server.unsent > 10**7
    heard = [await asyncio.to_thread(child.hear, 5.0) for _ in range(3)]
    assert [lesson.ticket for lesson in heard if isinstance(lesson, Learn)] == [0, 1, 2]
    assert server.unsent == 0
    server.drop()


def test_the_child_waits_no_longer_than_it_wants(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, child = ends[0], ChildPipe(ends[1])
    assert child.hear() is None
    began_s = time.monotonic()
    assert child.hear(0.05) is None
    assert 0.04 < time.monotonic() - began_s < 1.0
    ours.sendall(framed(Leave(1)) + framed(Leave(2)) + framed(Leave(3))[:-1])
    assert [child.hear(), child.hear(), child.hear()] == [Leave(1), Leave(2), None]
    ours.sendall(framed(Leave(3))[-1:])
    assert child.hear() == Leave(3)


def test_half_a_message_does_not_hold_the_child(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, child = ends[0], ChildPipe(ends[1])
    done = threading.Event()

    def drip() -> None:
        for byte in framed(SETUP):
            ours.sendall(bytes([byte]))
            time.sleep(0.01)
            if done.is_set():
                return

    dripping = threading.Thread(target=drip)
    dripping.start()
    began_s = time.monotonic()
    assert child.hear(0.1) is None
    assert time.monotonic() - began_s < 0.5
    done.set()
    dripping.join()


def test_the_child_learns_that_the_server_is_gone(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, child = ends[0], ChildPipe(ends[1])
    ours.sendall(framed(Leave(1)))
    ours.close()
    assert child.hear(1.0) == Leave(1)
    with pytest.raises(ServerGoneError):
        child.hear(1.0)
    with pytest.raises(ServerGoneError):
        child.tell(Beat())
