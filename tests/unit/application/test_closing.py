"""What is closed is closed to its end."""

import asyncio

import pytest

from application.closing import stopped, to_the_end


async def test_closing_is_waited_for_however_often_that_is_cancelled() -> None:
    may_end, ended = asyncio.Event(), asyncio.Event()

    async def close() -> None:
        await may_end.wait()
        ended.set()

    closing = asyncio.create_task(to_the_end(close()))
    for _ in range(3):
        await asyncio.sleep(0)
        closing.cancel()
    await asyncio.sleep(0)
    assert not closing.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert ended.is_set()


async def test_what_goes_wrong_while_closing_is_raised() -> None:
    async def close() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await to_the_end(close())


async def test_a_task_is_stopped_whatever_it_is_at() -> None:
    async def fail() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            raise ZeroDivisionError

    for work in (fail(), asyncio.sleep(0), asyncio.sleep(100)):
        task = asyncio.create_task(work)
        await asyncio.sleep(0)
        await stopped(task)
        assert task.done()
