"""Saved voices and speakers, in one list."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import pytest
from typing_extensions import override

from application.roster import Entry, Kinds, Order, Roster, RosterSearch, Speaker, calling_name
from application.voices import Draft, Voices
from domain.access import HOUSE
from domain.errors import InputError, VoiceUnknownError
from domain.known_names import KnownName, Service
from domain.ports import VoicePage, VoiceSearch
from domain.voice import Voice
from tests.fakes.studio import upload
from tests.unit.application.house import House

ELEVENLABS: tuple[Service, ...] = ("elevenlabs",)


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


def ids(entries: tuple[Entry, ...]) -> list[str]:
    return [each.id for each in entries]


async def turned(roster: Roster, limit: int, **wanted: object) -> list[list[str]]:
    """Turn all pages."""
    pages, after = [], None
    while True:
        search = VoiceSearch(HOUSE, limit=limit, after=after)
        page = await roster.find(RosterSearch(search, **wanted))  # type: ignore[arg-type]
        pages.append(ids(page.entries))
        assert page.total == 5
        if (after := page.next) is None:
            return pages


async def test_pages_go_through_the_saved_voices_and_then_through_the_speakers() -> None:
    roster = await furnished("ana", "eva", "ida")
    everyone = ["ana", "eva", "ida", "fake", "Ana-Florence"]
    for limit in (1, 2, 3, 4, 5, 9):
        pages = await turned(roster, limit)
        assert [each for page in pages for each in page] == everyone
        assert all(len(page) == limit for page in pages[:-1])


async def test_they_are_sorted_by_name_or_by_age_either_way() -> None:
    roster = await furnished("ana", "eva", "ida")
    by_name = ["Ana-Florence", "fake", "ana", "eva", "ida"]
    assert [*chain(*await turned(roster, 2, order=Order.NAME))] == by_name
    backwards = await turned(roster, 2, order=Order.NAME, backwards=True)
    assert [*chain(*backwards)] == by_name[::-1]
    by_age = await turned(roster, 5, order=Order.CREATED, backwards=True)
    assert by_age[0][:3] == ["ida", "eva", "ana"]


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        (Kinds.SAVED, ["ana", "eva"]),
        (Kinds.SPEAKERS, ["fake", "Ana-Florence"]),
        (Kinds.NONE, []),
    ],
)
@pytest.mark.parametrize("order", [None, Order.CREATED])
async def test_only_one_kind_may_be_wanted(
    kinds: Kinds, found: list[str], order: Order | None
) -> None:
    roster = await furnished("ana", "eva")
    page = await roster.find(RosterSearch(VoiceSearch(HOUSE), kinds=kinds, order=order))
    assert {each.id for each in page.entries} == set(found)
    assert page.total == len(found)


async def test_texts_labels_and_ids_choose_among_all() -> None:
    roster = await furnished("ana", "eva")
    by_text = await roster.find(RosterSearch(VoiceSearch(HOUSE, text="ANA")))
    assert ids(by_text.entries) == ["ana", "Ana-Florence"]
    by_label = await roster.find(RosterSearch(VoiceSearch(HOUSE, labels={"gender": "female"})))
    assert ids(by_label.entries) == ["eva"]
    by_id = await roster.find(RosterSearch(VoiceSearch(HOUSE), ids=("fake", "eva", "nobody")))
    assert ids(by_id.entries) == ["eva", "fake"]


async def test_a_text_is_looked_for_in_ids_where_speakers_are_listed_by_them() -> None:
    roster = await furnished(known=True)
    for text, found in (("A-FLO", "Ana-Florence"), ("21m00", "21m00Tcm4TlvDq8ikWAM")):
        search = VoiceSearch(HOUSE, text=text)
        assert ids(await roster.every(RosterSearch(search, names=ELEVENLABS))) == [found]
        assert ids(await roster.every(RosterSearch(search))) == []


async def test_a_speaker_is_found_by_its_name_and_by_its_id() -> None:
    roster = await furnished("ana")
    for called in ("Ana Florence", "Ana-Florence", "ana-florence"):
        assert await roster.get(HOUSE, called) == Speaker("Ana-Florence", "Ana Florence")
    assert (await roster.get(HOUSE, "ana")).name == "Name of ana"
    for owner, name in ((HOUSE, "nobody"), ("them", "ana")):
        with pytest.raises(VoiceUnknownError):
            await roster.get(owner, name)


def test_a_request_names_a_saved_voice_by_its_id_and_a_speaker_by_its_name() -> None:
    assert calling_name(saved(1)) == "v1"
    assert calling_name(Speaker("Ana-Florence", "Ana Florence")) == "Ana Florence"


async def test_speakers_are_nobodys_to_change_and_voices_only_their_owners() -> None:
    roster = await furnished("ana")
    assert (await roster.editable(HOUSE, "ana")).id == "ana"
    with pytest.raises(InputError, match="built in"):
        await roster.editable(HOUSE, "Ana-Florence")
    with pytest.raises(VoiceUnknownError):
        await roster.editable("them", "ana")


def saved(number: int) -> Voice:
    return Voice(f"v{number}", f"Voice {number}", "", datetime(2026, 1, 1, tzinfo=UTC), "de")


class PagedVoices(Voices):
    """Two voices a page, whatever is asked for."""

    def __init__(self, voices: list[Voice]) -> None:
        self._all = voices
        self.asked: list[VoiceSearch] = []

    @override
    async def find(self, search: VoiceSearch) -> VoicePage:
        self.asked.append(search)
        begin = int(search.after or 0)
        after = begin + 2 if begin + 2 < len(self._all) else None
        found = tuple(self._all[begin : begin + 2])
        return VoicePage(found, len(self._all), str(after) if after else None)


async def test_all_at_once_are_every_page_of_saved_voices_and_then_the_speakers() -> None:
    house, voices = House(), PagedVoices([saved(number) for number in range(5)])
    roster = Roster(voices, house.timbres, house.engine)
    found = await roster.every(RosterSearch(VoiceSearch("me", limit=1, after="4")))
    assert ids(found) == ["v0", "v1", "v2", "v3", "v4", "fake", "Ana-Florence"]
    assert [each.language for each in found] == ["de"] * 5 + [None] * 2
    assert [each.owner for each in voices.asked] == ["me"] * 3
    bounded = await roster.every(RosterSearch(VoiceSearch("me")), most=3)
    assert ids(bounded) == ["v0", "v1", "v2", "v3", "fake", "Ana-Florence"]


@pytest.mark.parametrize(
    "after",
    [
        *("speaker:", "speaker:x", "speaker:-1", "speaker:1e9", "speaker:٣"),
        *("speaker:" + "9" * 99, "sorted:1", "nonsense"),
    ],
)
@pytest.mark.parametrize("kinds", [Kinds.ALL, Kinds.SPEAKERS])
async def test_a_page_nobody_offered_is_refused(after: str, kinds: Kinds) -> None:
    roster = await furnished("ana")
    with pytest.raises(InputError, match="not offered"):
        await roster.find(RosterSearch(VoiceSearch(HOUSE, after=after), kinds))


async def test_a_page_of_another_list_is_refused() -> None:
    roster = await furnished("ana")
    among_speakers = VoiceSearch(HOUSE, after="speaker:1")
    for search in (
        RosterSearch(among_speakers, Kinds.SAVED),
        RosterSearch(among_speakers, order=Order.NAME),
    ):
        with pytest.raises(InputError, match="not offered"):
            await roster.find(search)


async def test_names_from_elsewhere_stand_behind_all_others_where_they_are_wanted() -> None:
    roster = await furnished("ana", known=True)
    found = await roster.every(RosterSearch(VoiceSearch(HOUSE), names=ELEVENLABS))
    rachel = Speaker("21m00Tcm4TlvDq8ikWAM", "Rachel", "Ana Florence")
    assert found[-1] == rachel
    assert rachel not in await roster.every(RosterSearch(VoiceSearch(HOUSE)))
    assert await roster.get(HOUSE, "rachel", *ELEVENLABS) == rachel
    assert await roster.get(HOUSE, "21m00Tcm4TlvDq8ikWAM", *ELEVENLABS) == rachel
    with pytest.raises(VoiceUnknownError):
        await roster.get(HOUSE, "rachel")
    with pytest.raises(InputError, match="built in"):
        await roster.editable(HOUSE, "Rachel", *ELEVENLABS)
