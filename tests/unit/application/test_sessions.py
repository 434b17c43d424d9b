import asyncio

import pytest

from domain.access import HOUSE
from domain.errors import SessionUnknownError
from domain.ports import SpokenLine
from domain.session import SessionState
from domain.speech import SpeechRequest
from tests.fakes.engine import FakeEngine, timbre
from tests.unit.application.house import House, hear


async def test_only_the_last_sessions_are_remembered() -> None:
    house = House()
    for number in range(5):
        stream = await house.speaking.begin(SpeechRequest("Hello.", session_id=str(number)))
        await hear(stream)
    assert (await house.sessions.status(HOUSE, "4")).session.state is SessionState.DONE
    with pytest.raises(SessionUnknownError):
        await house.sessions.status(HOUSE, "1")


async def test_the_place_in_the_line_is_told_while_waiting() -> None:
    house = House(engine=FakeEngine(slots=1))
    first = await house.speaking.begin(SpeechRequest("Hello to all who wait."))
    for name in ("second", "third"):
        house.sessions.open(HOUSE, name, 5, first.cancel)
    house.clock.turn(2)
    waiting = [house.engine.speak(_line(name)) for name in ("second", "third")]
    for line in waiting:
        await line.__aenter__()
    status = await house.sessions.status(HOUSE, "third")
    assert (status.queue_position, status.wait_s) == (2, 2.0)
    assert (await house.sessions.status(HOUSE, first.session.id)).queue_position == 0
    await first.aclose()


async def test_cancelling_an_ended_or_unknown_session() -> None:
    house = House()
    stream = await house.speaking.begin(SpeechRequest("Hello.", session_id="s"))
    await hear(stream)
    assert (await house.sessions.cancel(HOUSE, "s")).state is SessionState.DONE
    with pytest.raises(SessionUnknownError):
        await house.sessions.cancel(HOUSE, "nobody")


def _line(stream: str) -> SpokenLine:
    return SpokenLine(
        stream=f"{HOUSE}/{stream}", index=0, text="Hi.", language="en", timbre=timbre()
    )


async def test_two_owners_may_use_one_id_and_see_their_own_session_alone() -> None:
    house = House(engine=FakeEngine(slots=1))
    theirs = await house.speaking.begin(SpeechRequest("Hello to all.", session_id="s", owner="t"))
    ours = asyncio.create_task(house.speaking.begin(SpeechRequest("Hello.", session_id="s")))
    await until_waiting(house)
    assert (await house.sessions.status("t", "s")).queue_position == 0
    assert (await house.sessions.status(HOUSE, "s")).queue_position == 1
    assert [each.session.owner for each in await house.sessions.lately("t", 9)] == ["t"]
    with pytest.raises(SessionUnknownError):
        await house.sessions.cancel("else", "s")
    await house.sessions.cancel("t", "s")
    assert theirs.session.state is SessionState.CANCELLED
    assert len(await hear(await ours)) > 0


async def until_waiting(house: House) -> None:
    async with asyncio.timeout(5):
        while not (await house.engine.pulse()).waiting:  # noqa: ASYNC110 - a pulse is asked for
            await asyncio.sleep(0)
