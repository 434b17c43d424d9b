"""What every store of voices promises to whoever looks for some."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from domain.access import HOUSE
from domain.errors import InputError
from domain.ports import VoiceSearch
from tests.contracts.conftest import Kept
from tests.contracts.voices import NOW, voice


async def found(kept: Kept, search: VoiceSearch) -> list[str]:
    page = await kept.voices.find(search)
    assert page.total == len(page.voices)
    assert page.next is None
    return [each.id for each in page.voices]


async def test_no_voices_is_an_empty_page(kept: Kept) -> None:
    page = await kept.voices.find(VoiceSearch(HOUSE))
    assert (page.voices, page.total, page.next) == ((), 0, None)


async def test_the_oldest_comes_first(kept: Kept) -> None:
    moments = {
        "late": NOW + timedelta(microseconds=1),
        "early": (NOW - timedelta(days=1)).astimezone(timezone(timedelta(hours=9))),
        "same-b": NOW,
        "same-a": NOW,
    }
    for voice_id, moment in moments.items():
        await kept.voices.add(voice(voice_id, created_at=moment), [], [])
    assert await found(kept, VoiceSearch(HOUSE)) == ["early", "same-b", "same-a", "late"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["ana-1", "b_2", "zoe"]),
        ("ANA", ["ana-1", "zoe"]),
        ("na-", ["ana-1"]),
        ("ZOË", ["zoe"]),
        ("zoë", ["zoe"]),
        ("ZOE\u0308", ["zoe"]),
        ("straSSE", ["b_2"]),
        ("ςίσυφος", ["b_2"]),
        ("100%", ["b_2"]),
        ("0%_/", ["b_2"]),
        ("%", ["b_2"]),
        ("_", ["b_2"]),
        ("\\", ["zoe"]),
        ("/", ["b_2"]),
        ("*", []),
        ("'", ["zoe"]),
        ("line\nLINE", ["zoe"]),
        ("anaana", []),
        ("1ana", []),
        ("1aana", []),
        ("1жana", []),
        ("nowhere", []),
        ("a\0b", []),
        ("\ud800", []),
        ("x" * 200_000, []),
        ("%" * 60_000, []),
    ],
)
async def test_text_is_found_in_id_name_and_description_ignoring_case(
    kept: Kept, text: str, expected: list[str]
) -> None:
    for each in (
        voice("ana-1", "Ana", description="warm"),
        voice("b_2", "Straße ΣΊΣΥΦΟΣ", description="is 100%_/ calm"),
        voice("zoe", "Zoë", description="Banana's \\ line\nline"),
    ):
        await kept.voices.add(each, [], [])
    await kept.voices.add(voice(owner="guest", name="Ana Zoë 100%_/ \\ '"), [], [])
    assert await found(kept, VoiceSearch(HOUSE, text=text)) == expected


async def test_text_is_found_in_what_a_change_wrote(kept: Kept) -> None:
    seen = await kept.voices.add(voice(labels={"mood": "calm"}, language="en"), [], [])
    await kept.voices.add(voice("bob", owner="guest", labels={"mood": "calm"}), [], [])
    new = replace(seen, name="Bob", description="cold", labels={"mood": "glad"}, language="fr")
    await kept.voices.change(new)
    for lost in (
        VoiceSearch(HOUSE, text="warm"),
        VoiceSearch(HOUSE, labels={"mood": "calm"}),
        VoiceSearch(HOUSE, language="en"),
    ):
        assert await found(kept, lost) == []
    for there in (
        VoiceSearch(HOUSE, text="COLD"),
        VoiceSearch(HOUSE, labels={"mood": "glad"}),
        VoiceSearch(HOUSE, language="fr"),
    ):
        assert await found(kept, there) == ["ana"]
    assert await found(kept, VoiceSearch("guest", labels={"mood": "calm"})) == ["bob"]


async def test_a_language_is_searched_for_exactly(kept: Kept) -> None:
    for voice_id, language in (("a", "en"), ("b", "en-GB"), ("c", None), ("d", "")):
        await kept.voices.add(voice(voice_id, language=language), [], [])
    assert await found(kept, VoiceSearch(HOUSE, language="en")) == ["a"]
    assert await found(kept, VoiceSearch(HOUSE, language="")) == ["d"]
    assert await found(kept, VoiceSearch(HOUSE, language="e\0")) == []


async def test_every_label_must_be_equal(kept: Kept) -> None:
    await kept.voices.add(voice("a", labels={"mood": "calm", "age": "old"}), [], [])
    await kept.voices.add(voice("b", labels={"mood": "calm", "age": "young"}), [], [])
    await kept.voices.add(voice("c", labels={"age": "calm", "mood": "old"}), [], [])
    await kept.voices.add(voice("d", owner="guest", labels={"mood": "calm"}), [], [])
    for labels, expected in (
        ({"mood": "calm"}, ["a", "b"]),
        ({"mood": "calm", "age": "old"}, ["a"]),
        ({"mood": "Calm"}, []),
        ({"mood": "cal%"}, []),
        ({"mood": ""}, []),
        ({"mood": "calm", "size": "big"}, []),
        ({"mood\0": "calm"}, []),
        ({"mood": "\ud800"}, []),
        ({str(n): "x" for n in range(40_000)}, []),
    ):
        assert await found(kept, VoiceSearch(HOUSE, labels=labels)) == expected


async def test_text_language_and_labels_are_all_asked_for(kept: Kept) -> None:
    labels = {"mood": "calm"}
    await kept.voices.add(voice("a", language="en", labels=labels), [], [])
    await kept.voices.add(voice("b", language="fr", labels=labels), [], [])
    await kept.voices.add(voice("c", language="en"), [], [])
    await kept.voices.add(voice("d", language="en", labels=labels, description="cold"), [], [])
    search = VoiceSearch(HOUSE, text="WARM", language="en", labels=labels)
    assert await found(kept, search) == ["a"]


async def test_pages_follow_one_another_without_a_gap(kept: Kept) -> None:
    names = [f"v{n}" for n in range(7)]
    for n, name in enumerate(names):
        await kept.voices.add(voice(name, created_at=NOW + timedelta(seconds=n // 3)), [], [])
        await kept.voices.add(voice(name, owner="guest"), [], [])
    search, pages = VoiceSearch(HOUSE, limit=2), []
    while True:
        page = await kept.voices.find(search)
        assert page.total == 7
        pages.append([each.id for each in page.voices])
        if page.next is None:
            break
        search = replace(search, after=page.next)
    assert pages == [names[:2], names[2:4], names[4:6], names[6:]]


async def test_a_page_that_ends_with_the_last_voice_has_no_next(kept: Kept) -> None:
    for name in ("a", "b"):
        await kept.voices.add(voice(name), [], [])
    page = await kept.voices.find(VoiceSearch(HOUSE, limit=2))
    assert (len(page.voices), page.next) == (2, None)


async def test_a_page_goes_on_when_its_last_voice_is_gone(kept: Kept) -> None:
    for name in ("a", "b", "c", "d"):
        await kept.voices.add(voice(name), [], [])
    page = await kept.voices.find(VoiceSearch(HOUSE, limit=2))
    await kept.voices.remove(HOUSE, "b")
    rest = await kept.voices.find(VoiceSearch(HOUSE, limit=2, after=page.next))
    assert [each.id for each in rest.voices] == ["c", "d"]
    assert (rest.total, rest.next) == (3, None)


async def test_a_search_is_paged_too(kept: Kept) -> None:
    for n in range(6):
        labels = {"even": str(n % 2 == 0)}
        await kept.voices.add(voice(f"v{n}", labels=labels, language="en"), [], [])
    search = VoiceSearch(HOUSE, text="ana", language="en", labels={"even": "True"}, limit=2)
    page = await kept.voices.find(search)
    rest = await kept.voices.find(replace(search, after=page.next))
    assert [each.id for each in (*page.voices, *rest.voices)] == ["v0", "v2", "v4"]
    assert (page.total, rest.total, rest.next) == (3, 3, None)


@pytest.mark.parametrize(("limit", "shown"), [(0, 1), (-5, 1), (1, 1), (3, 3), (10**12, 3)])
async def test_a_page_has_at_least_one_voice(kept: Kept, limit: int, shown: int) -> None:
    for name in ("a", "b", "c"):
        await kept.voices.add(voice(name), [], [])
    page = await kept.voices.find(VoiceSearch(HOUSE, limit=limit))
    assert len(page.voices) == shown


@pytest.mark.parametrize(
    "after",
    ["", "x", "%%%", "A" * 16, "_" * 16, "\0", "é", "\ud800", "A" * 50_000, "2026-05-17/1/2"],
)
async def test_a_page_that_was_never_offered_is_refused(kept: Kept, after: str) -> None:
    await kept.voices.add(voice(), [], [])
    with pytest.raises(InputError, match=r"page.*\.$"):
        await kept.voices.find(VoiceSearch(HOUSE, after=after))
