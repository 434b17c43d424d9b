"""Long work takes turns: what is due in the meantime waits for one piece of it at most."""

import asyncio
import random
import time

import pytest

from application.turns import Turns

WORK_S = 0.01


async def work(turns: Turns, done: list[str], name: str, lead_s: float = 0.0) -> None:
    await turns.take(lead_s)
    time.sleep(WORK_S)  # noqa: ASYNC251 - work keeps the loop
    done.append(name)


async def test_a_turn_that_nobody_else_wants_is_had_at_once() -> None:
    turns, late = Turns(), list[str]()
    asyncio.get_running_loop().call_soon(late.append, "the loop went round")
    await turns.take(0.0)
    assert not late


async def test_of_those_that_wait_the_one_that_is_needed_soonest_goes_first() -> None:
    turns, done = Turns(), list[str]()
    leads = {"taken": 9.0, "rich": 500.0, "last": 2.0, "later": 0.5, "now": 0.0, "soon": 0.1}
    await asyncio.gather(*(work(turns, done, name, lead_s) for name, lead_s in leads.items()))
    assert done == ["taken", "now", "soon", "later", "rich", "last"]


async def test_one_that_waits_long_is_not_overtaken_for_ever() -> None:
    turns, done = Turns(), list[str]()
    patient = asyncio.create_task(work(turns, done, "patient", 3 * WORK_S))

    async def hurry() -> None:
        while not patient.done():
            await work(turns, done, "hurry")

    await turns.take(0.0)
    async with asyncio.timeout(10):
        await asyncio.gather(patient, hurry(), hurry())
    assert done.count("hurry") < 20


async def test_what_is_due_waits_for_one_piece_of_work_at_most() -> None:
    turns, done, late_s = Turns(), list[str](), list[float]()

    async def beat() -> None:
        while True:
            due_s = time.monotonic() + 0.003
            await asyncio.sleep(0.003)
            late_s.append(time.monotonic() - due_s)

    beating = asyncio.create_task(beat())
    await asyncio.sleep(0)
    await asyncio.gather(*(work(turns, done, "work") for _ in range(20)))
    beating.cancel()
    # one beat at least between any two pieces
    assert len(late_s) >= 18


async def test_who_leaves_the_queue_keeps_nobody_waiting() -> None:
    turns, chance = Turns(), random.Random(1)  # noqa: S311 - the same in every run
    done = list[str]()
    tasks = [asyncio.create_task(work(turns, done, str(n), chance.random())) for n in range(200)]
    left = set(chance.sample(tasks, 60))
    for each in left:
        await asyncio.sleep(0)
        each.cancel()
    async with asyncio.timeout(30):
        told = await asyncio.gather(*tasks, return_exceptions=True)
    assert len(done) == sum(each is None for each in told) >= 140
    await turns.take(0.0)


@pytest.mark.parametrize("leads", [(0.0, 0.0), (1.0, 0.0), (0.0, 500.0)])
async def test_it_is_idle_again_once_all_have_worked(leads: tuple[float, ...]) -> None:
    turns, done = Turns(), list[str]()
    await asyncio.gather(*(work(turns, done, "x", lead_s) for lead_s in leads))
    await asyncio.sleep(0.01)
    late = list[str]()
    asyncio.get_running_loop().call_soon(late.append, "the loop went round")
    await turns.take(0.0)
    assert not late
