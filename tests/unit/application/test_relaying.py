import asyncio
from contextlib import aclosing
from itertools import pairwise

import pytest

from adapters.memory.relay import MemoryRelay
from application.live import Flushed
from application.packing import Packet
from application.relaying import Relaying
from domain.errors import RelayMessageError
from domain.ports import Relayed


async def packed(relay: MemoryRelay, given: list[Relayed], count: int) -> list[Packet | Flushed]:
    """What becomes of sound at 8 kHz in packets of at most 20 ms."""
    relaying = Relaying(relay, 8000, 0.02)
    async with aclosing(relaying.packets("sess:1", "the end")) as packets:
        first = asyncio.ensure_future(anext(packets))
        await asyncio.sleep(0)
        for sound in given:
            assert await relay.publish("sess:1", sound) == 1
        async with asyncio.timeout(5):
            return [await first, *[await anext(packets) for _ in range(count - 1)]]


def sound(samples: int, *, last: bool = False) -> Relayed:
    return Relayed(bytes(number % 256 for number in range(2 * samples)), last)


async def test_sound_is_cut_into_short_packets_that_join_to_it() -> None:
    given = [sound(1000), sound(1), sound(160)]
    packets = [each for each in await packed(MemoryRelay(), given, 9) if isinstance(each, Packet)]
    assert b"".join(each.data for each in packets) == b"".join(each.data for each in given)
    assert [len(each.data) for each in packets] == [*[320] * 6, 80, 2, 320]
    for before, after in pairwise(packets):
        assert after.begins_s == pytest.approx(before.begins_s + len(before.data) / 16_000)
        assert before.seconds == pytest.approx(len(before.data) / 16_000)


async def test_the_last_of_a_batch_is_told_behind_its_sound_and_another_may_follow() -> None:
    given = [sound(160, last=True), Relayed(b"", last=True), sound(3)]
    kinds = [type(each) for each in await packed(MemoryRelay(), given, 4)]
    assert kinds == [Packet, Flushed, Flushed, Packet]


async def test_what_comes_behind_the_end_is_told_with_what_was_given() -> None:
    assert await packed(MemoryRelay(), [Relayed(b"", last=True)], 1) == [Flushed("the end")]


async def test_who_stops_listening_is_gone() -> None:
    relay = MemoryRelay()
    await packed(relay, [sound(1)], 1)
    assert await relay.publish("sess:1", sound(1)) == 0


async def test_half_a_sample_is_no_sound() -> None:
    with pytest.raises(RelayMessageError, match="within a 16-bit sample"):
        await MemoryRelay().publish("sess:1", Relayed(b"abc"))
