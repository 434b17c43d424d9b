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
