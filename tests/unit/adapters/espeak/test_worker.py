"""What the child answers, frame by frame."""

from collections.abc import Iterator
from pathlib import Path

import espeakng_loader
import pytest

from adapters.espeak.data import VoiceData
from adapters.espeak.frames import Kind, framed, read_chunk
from adapters.espeak.job import Delivery, Job
from adapters.espeak.process import Process
from adapters.espeak.variants import file_name

ENGLISH = Delivery(f"gmw/en+{file_name(0, 0)}")
LONG = Job("One two three four five six seven eight nine ten. " * 6, "gmw/en", ENGLISH)
SHORT = Job("Hello.", "gmw/en", ENGLISH)


@pytest.fixture(scope="module")
def child(data: VoiceData) -> Iterator[Process]:
    child = Process.start(Path(espeakng_loader.get_library_path()), data.path)
    child.greet()
    yield child
    child.close()


def answers(child: Process) -> list[tuple[Kind, bytes]]:
    heard: list[tuple[Kind, bytes]] = []
    while not heard or heard[-1][0] is Kind.CHUNK:
        kind, body = child.hear(10)
        heard.append((kind, bytes(body)))
    return heard


def test_a_line_comes_in_ever_longer_chunks_and_the_last_is_marked(child: Process) -> None:
    child.tell(Kind.SPEAK, LONG.to_bytes())
    heard = answers(child)
    assert [kind for kind, _ in heard] == [Kind.CHUNK] * (len(heard) - 1) + [Kind.LAST]
    lengths = [len(read_chunk(kind, bytearray(body)).samples) for kind, body in heard]
    assert lengths[0] < sum(lengths) / 50
    assert lengths[-2] > sum(lengths) / 10


@pytest.mark.parametrize("rate", [1.0, 0.6])
def test_a_line_that_is_stopped_ends_without_more_sound(child: Process, rate: float) -> None:
    child.tell(Kind.SPEAK, SHORT.to_bytes())
    alone = answers(child)
    job = Job(LONG.text, LONG.voice, LONG.delivery, rate)
    child._line.sendall(framed(Kind.SPEAK, job.to_bytes()) + framed(Kind.STOP))
    assert answers(child) == [(Kind.STOPPED, b"")]
    child.tell(Kind.SPEAK, SHORT.to_bytes())
    assert answers(child) == alone


def test_a_stop_that_comes_too_late_stops_nothing(child: Process) -> None:
    child.tell(Kind.SPEAK, SHORT.to_bytes())
    first = answers(child)
    child._line.sendall(framed(Kind.STOP) + framed(Kind.SPEAK, SHORT.to_bytes()))
    assert answers(child) == first


def test_what_goes_wrong_is_told_and_the_next_line_is_spoken(child: Process) -> None:
    child.tell(Kind.SPEAK, Job("Hello.", "nowhere/xx", Delivery("nowhere/xx")).to_bytes())
    assert answers(child) == [
        (Kind.FAILED, b"espeak-ng has no voice 'nowhere/xx'; reinstall espeakng-loader.")
    ]
    child.tell(Kind.SPEAK, SHORT.to_bytes())
    assert answers(child)[-1][0] is Kind.LAST
