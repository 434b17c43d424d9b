import logging

import pytest

from application.voices import Draft
from domain.access import HOUSE
from domain.ports import VoiceSearch
from tests.fakes.studio import upload
from tests.unit.application.house import House


async def ids(house: House) -> list[str]:
    return [voice.id for voice in (await house.voices.find(VoiceSearch(HOUSE))).voices]


async def test_the_default_voice_is_cloned_once_for_the_same_recording() -> None:
    house = House()
    for _ in range(2):
        await house.opening.default_voice("enigma", upload(4))
    assert await ids(house) == ["enigma"]
    assert len(house.engine.conditioned) == 1
    spoken = await house.timbres.find(HOUSE, None)
    assert spoken.sha256 == (await house.timbres.find(HOUSE, "enigma")).sha256


async def test_another_recording_under_the_same_name_is_another_voice() -> None:
    house = House()
    await house.opening.default_voice("enigma", upload(4))
    second = await house.opening.default_voice("enigma", upload(5))
    assert second.id.startswith("enigma-")
    assert await ids(house) == ["enigma", second.id]


async def test_a_folder_comes_in_once_and_what_is_no_voice_is_passed_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house, elsewhere = House(), House()
    await elsewhere.voices.save(await elsewhere.voices.clone([upload(6)]), Draft("bea"))
    exported = await elsewhere.voices.take_out(HOUSE, "bea")
    files = {
        "ana.wav": upload(4),
        "José María.wav": upload(5),
        "broken.wav": b"xyz",
        "bea.rhapsode": exported,
    }
    with caplog.at_level(logging.WARNING):
        assert await house.opening.bring_in(files) == 3
    assert "'broken.wav' was passed over" in caplog.text
    assert await house.opening.bring_in(files) == 3
    found = await ids(house)
    assert len(found) == 3
    assert {"ana", "bea"} < set(found)


async def test_favourites_are_in_memory_and_unknown_ones_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = House()
    await house.voices.save(await house.voices.clone([upload(4)]), Draft("ana"))
    await house.opening.preload(["ana", "nobody"])
    assert len(house.timbres.recent) == 1
    assert "nobody" in caplog.text
