"""Saved voices and speakers, in one list."""

from dataclasses import dataclass
from itertools import chain
from typing import Any

import pytest

from application.roster import Kind, Order, Roster, RosterSearch, Speaker
from application.voices import Draft
from domain.access import HOUSE
from domain.errors import InputError, VoiceUnknownError
from domain.known_names import KnownName
from domain.ports import VoiceSearch
from tests.fakes.studio import upload
from tests.unit.application.house import House


@dataclass
class FewNames:
    """One name that ElevenLabs' clients know."""

    all: tuple[KnownName, ...] = (
        KnownName("Rachel", "elevenlabs", ("Ana Florence",), "21m00Tcm4TlvDq8ikWAM"),
    )


async def furnished(*ids: str, known: bool = False) -> Roster:
    house = House()
    clone = await house.voices.clone([upload(4)])
    for voice_id in ids:
        labels = {"gender": "female"} if voice_id == "eva" else {}
        await house.voices.save(clone, Draft(voice_id, f"Name of {voice_id}", labels=labels))
        house.clock.turn(1)
    names: Any = FewNames() if known else FewNames(all=())
    house.timbres._names = names
    return Roster(house.voices, house.timbres, house.engine)


async def names(roster: Roster, limit: int, **wanted: object) -> list[list[str]]:
    """Turn all pages."""
    pages, after = [], None
    while True:
        search = VoiceSearch(HOUSE, limit=limit, after=after)
        page = await roster.find(RosterSearch(search, **wanted))  # type: ignore[arg-type]
        pages.append([each.id for each in page.entries])
        assert page.total == 5
        if (after := page.next) is None:
            return pages


async def test_pages_go_through_the_saved_voices_and_then_through_the_speakers() -> None:
    roster = await furnished("ana", "eva", "ida")
    everyone = ["ana", "eva", "ida", "fake", "Ana-Florence"]
    for limit in (1, 2, 3, 4, 5, 9):
        pages = await names(roster, limit)
        assert [each for page in pages for each in page] == everyone
        assert all(len(page) == limit for page in pages[:-1])


async def test_they_are_sorted_by_name_or_by_age_either_way() -> None:
    roster = await furnished("ana", "eva", "ida")
    by_name = ["Ana-Florence", "fake", "ana", "eva", "ida"]
    assert [*chain(*await names(roster, 2, order=Order.NAME))] == by_name
    backwards = await names(roster, 2, order=Order.NAME, backwards=True)
    assert [*chain(*backwards)] == by_name[::-1]
    by_age = await names(roster, 5, order=Order.CREATED, backwards=True)
    assert by_age[0][:3] == ["ida", "eva", "ana"]


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        (Kind.SAVED, ["ana", "eva"]),
        (Kind.SPEAKERS, ["fake", "Ana-Florence"]),
        (Kind.NONE, []),
    ],
)
@pytest.mark.parametrize("order", [None, Order.CREATED])
async def test_only_one_kind_may_be_wanted(
    kind: Kind, found: list[str], order: Order | None
) -> None:
    roster = await furnished("ana", "eva")
    page = await roster.find(RosterSearch(VoiceSearch(HOUSE), kind=kind, order=order))
    assert {each.id for each in page.entries} == set(found)
    assert page.total == len(found)


async def test_texts_labels_and_ids_choose_among_all() -> None:
    roster = await furnished("ana", "eva")
    by_text = await roster.find(RosterSearch(VoiceSearch(HOUSE, text="ANA")))
    assert [each.id for each in by_text.entries] == ["ana", "Ana-Florence"]
    by_label = await roster.find(RosterSearch(VoiceSearch(HOUSE, labels={"gender": "female"})))
    assert [each.id for each in by_label.entries] == ["eva"]
    by_id = await roster.find(RosterSearch(VoiceSearch(HOUSE), ids=("fake", "eva", "nobody")))
    assert [each.id for each in by_id.entries] == ["eva", "fake"]


async def test_a_speaker_is_found_by_its_name_and_by_its_id() -> None:
    roster = await furnished("ana")
    for called in ("Ana Florence", "Ana-Florence", "ana-florence"):
        assert await roster.get(HOUSE, called) == Speaker("Ana-Florence", "Ana Florence")
    assert (await roster.get(HOUSE, "ana")).name == "Name of ana"
    with pytest.raises(VoiceUnknownError):
        await roster.get(HOUSE, "nobody")


async def test_speakers_are_nobodys_to_change_and_voices_only_their_owners() -> None:
    roster = await furnished("ana")
    assert (await roster.editable(HOUSE, "ana")).id == "ana"
    with pytest.raises(InputError, match="built in"):
        await roster.editable(HOUSE, "Ana-Florence")
    with pytest.raises(VoiceUnknownError):
        await roster.editable("them", "ana")


async def test_all_at_once_are_all() -> None:
    roster = await furnished("ana", "eva")
    found = await roster.every(VoiceSearch(HOUSE, limit=1))
    assert [each.id for each in found] == ["ana", "eva", "fake", "Ana-Florence"]


@pytest.mark.parametrize("after", ["speakers.x", "speakers.-1", "speakers." + "9" * 99, "saved.?"])
async def test_a_page_nobody_offered_is_refused(after: str) -> None:
    roster = await furnished("ana")
    with pytest.raises(InputError, match="not offered"):
        await roster.find(RosterSearch(VoiceSearch(HOUSE, after=after)))


async def test_names_from_elsewhere_stand_behind_all_others() -> None:
    roster = await furnished("ana", known=True)
    found = await roster.every(VoiceSearch(HOUSE))
    rachel = Speaker("21m00Tcm4TlvDq8ikWAM", "Rachel", "Ana Florence")
    assert found[-1] == rachel
    assert await roster.get(HOUSE, "rachel") == rachel
    assert await roster.get(HOUSE, "21m00Tcm4TlvDq8ikWAM") == rachel
    with pytest.raises(InputError, match="built in"):
        await roster.editable(HOUSE, "Rachel")
