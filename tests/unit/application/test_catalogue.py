import pytest

from application.catalogue import Catalogue, Kind, Speaker
from application.voices import Draft
from domain.access import HOUSE
from domain.errors import InputError, VoiceUnknownError
from domain.ports import VoiceSearch
from domain.voice import Voice
from tests.fakes.engine import timbre
from tests.unit.application.house import House


async def stocked(*names: str, **options: str) -> Catalogue:
    house = House(**options)  # type: ignore[arg-type]
    clone = await house.voices.recall(timbre(3.0).arrays)
    for name in names:
        await house.voices.save(clone, Draft(name, labels={"of": "us"}))
    return Catalogue(house.voices, house.timbres, house.engine)


def named(voices: tuple[Voice | Speaker, ...]) -> list[str]:
    return [each.name for each in voices]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 9])
async def test_pages_go_from_saved_voices_to_speakers_without_gap_or_repeat(limit: int) -> None:
    catalogue = await stocked("a", "b", "c")
    walked: list[str] = []
    after: str | None = None
    while not walked or after:
        page = await catalogue.find(VoiceSearch(HOUSE, limit=limit, after=after), Kind.ALL)
        assert page.total == 5
        assert len(page.voices) <= limit
        walked += named(page.voices)
        after = page.next
    assert walked == ["a", "b", "c", "fake", "Ana Florence"]


async def test_speakers_are_found_by_name_and_have_no_labels() -> None:
    catalogue = await stocked("ana")
    found = await catalogue.find(VoiceSearch(HOUSE, text="ANA"), Kind.ALL)
    assert named(found.voices) == ["ana", "Ana Florence"]
    labelled = await catalogue.find(VoiceSearch(HOUSE, labels={"of": "us"}), Kind.ALL)
    assert named(labelled.voices) == ["ana"]
    saved = await catalogue.find(VoiceSearch(HOUSE), Kind.SAVED)
    assert named(saved.voices) == ["ana"]


async def test_a_name_stands_for_whom_a_request_would_be_spoken_by() -> None:
    catalogue = await stocked("ana")
    assert await catalogue.get(HOUSE, "ana florence") == Speaker("Ana Florence")
    assert isinstance(await catalogue.get(HOUSE, "ana"), Voice)
    for owner, name in ((HOUSE, "nobody"), ("them", "ana")):
        with pytest.raises(VoiceUnknownError):
            await catalogue.get(owner, name)


async def test_the_default_voice_is_the_settings_or_the_engines() -> None:
    assert (await stocked()).default == "fake"
    assert (await stocked(default_voice="ana")).default == "ana"


@pytest.mark.parametrize("after", ["speaker:", "speaker:-1", "speaker:1e9", "speaker:9999999999"])
async def test_a_page_that_was_never_offered_is_refused(after: str) -> None:
    catalogue = await stocked("a")
    for kind in (Kind.ALL, Kind.BUILTIN):
        with pytest.raises(InputError, match="from the start"):
            await catalogue.find(VoiceSearch(HOUSE, after=after), kind)
