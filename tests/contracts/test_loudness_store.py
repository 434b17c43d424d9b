"""What every store promises of what is learnt of loudness."""

import asyncio

import pytest

from domain.loudness import Learnt
from tests.contracts.conftest import MOST, Kept

ONE = Learnt(-20.5, 5.25, 1)


async def test_what_was_never_learnt_is_not_known(kept: Kept) -> None:
    assert await kept.loudness.load("e", "ana") is None
    assert await kept.loudness.mean("e") is None


async def test_each_timbre_under_each_engine_has_its_own(kept: Kept) -> None:
    other = Learnt(-17.0, 3.0, 2)
    await kept.loudness.keep("e", "ana", ONE)
    await kept.loudness.keep("é/2", "ana", other)
    assert await kept.loudness.load("e", "ana") == ONE
    assert await kept.loudness.load("é/2", "ana") == other
    assert await kept.loudness.load("e", "bob") is None


async def test_more_speech_teaches_better_and_less_is_passed_over(kept: Kept) -> None:
    for learnt in (ONE, Learnt(-19.0, 12.0, 3), Learnt(-30.0, 6.0, 2)):
        await kept.loudness.keep("e", "ana", learnt)
    assert await kept.loudness.load("e", "ana") == Learnt(-19.0, 12.0, 3)
    await kept.loudness.keep("e", "ana", Learnt(-18.0, 12.0, 4))
    assert await kept.loudness.load("e", "ana") == Learnt(-18.0, 12.0, 4)


async def test_in_the_mean_of_an_engine_each_timbre_counts_once(kept: Kept) -> None:
    await kept.loudness.keep("e", "ana", Learnt(-20.0, 18.0, 9))
    await kept.loudness.keep("e", "bob", Learnt(-17.0, 2.0, 1))
    await kept.loudness.keep("f", "ana", Learnt(-50.0, 9.0, 1))
    mean = await kept.loudness.mean("e")
    assert mean is not None
    assert mean.lufs == pytest.approx(-18.5)
    assert (mean.seconds, mean.utterances) == (20.0, 10)


async def test_a_timbre_is_forgotten_and_no_other(kept: Kept) -> None:
    for name in ("ana", "bob"):
        await kept.loudness.keep("e", name, ONE)
    await kept.loudness.forget("e", "ana")
    await kept.loudness.forget("e", "nobody")
    assert await kept.loudness.load("e", "ana") is None
    assert await kept.loudness.load("e", "bob") == ONE


async def test_the_oldest_go_when_there_are_too_many(kept: Kept) -> None:
    names = [f"voice-{number}" for number in range(MOST)]
    for name in (*names, names[0], "new"):
        kept.clock.turn(1.0)
        await kept.loudness.keep("e", name, ONE)
    known = [name for name in (*names, "new") if await kept.loudness.load("e", name)]
    assert known == [names[0], *names[2:], "new"]


async def test_many_who_learn_at_once_do_not_wait_for_each_other(kept: Kept) -> None:
    names = [f"voice-{number % 8}" for number in range(24)]
    await asyncio.gather(*(kept.loudness.keep("e", name, ONE) for name in names))
    kept.clock.turn(1.0)
    await kept.loudness.keep("e", "voice-0", ONE)
    known = [name for name in set(names) if await kept.loudness.load("e", name)]
    assert 0 < len(known) <= MOST
