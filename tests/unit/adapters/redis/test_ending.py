import asyncio

from adapters.redis.ending import end


async def test_a_task_that_swallows_a_cancellation_ends_all_the_same() -> None:
    swallowed = 0

    async def work() -> None:
        nonlocal swallowed
        while swallowed < 3:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                swallowed += 1
        await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end(task)
    assert task.cancelled()
    assert swallowed == 3


async def test_a_task_that_has_ended_is_left_as_it_is() -> None:
    async def work() -> None:
        await asyncio.sleep(0)

    task = asyncio.create_task(work())
    await task
    await end(task)
    assert not task.cancelled()
