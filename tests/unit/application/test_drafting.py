"""A manuscript becomes passages, and chapters that point at them."""

from pathlib import Path

import pytest

from domain.errors import InputError, LanguageUnknownError, TextTooLongError
from domain.job import Chapter, Manuscript
from domain.script import Prosody
from tests.unit.application.job_house import JobHouse, manuscript


@pytest.fixture
def house(tmp_path: Path) -> JobHouse:
    return JobHouse(tmp_path)


def drafted(house: JobHouse, made: Manuscript) -> list[tuple[str, float]]:
    return [(each.text, each.pause_s) for each in house.drafting.draft(made).passages]


def test_headings_are_spoken_and_chapters_begin_with_them(house: JobHouse) -> None:
    text = "For you alone.\n\n# The one\nIt is begun.\n\nIt goes on.\n# The other\nIt is over."
    draft = house.drafting.draft(manuscript(text))
    assert [each.text for each in draft.passages] == [
        *("For you alone.", "The one.", "It is begun.", "It goes on."),
        *("The other.", "It is over."),
    ]
    assert draft.chapters == (
        Chapter("A book", 0),
        Chapter("The one", 1),
        Chapter("The other", 4),
    )
    assert [each.pause_s for each in draft.passages] == [1.0, 0.5, 0.5, 1.0, 0.5, 0.0]


def test_a_title_holds_nothing_that_a_database_or_a_tag_cannot(house: JobHouse) -> None:
    draft = house.drafting.draft(manuscript("# The\0 \ud800 one\u0007!\nIt is begun."))
    assert draft.chapters == (Chapter("The one !", 0),)


def test_a_text_without_headings_is_one_chapter_named_as_the_book(house: JobHouse) -> None:
    assert house.drafting.draft(manuscript()).chapters == (Chapter("A book", 0),)


def test_the_same_text_is_always_cut_alike(house: JobHouse) -> None:
    made = manuscript("A sentence that goes on. " * 400)
    assert house.drafting.draft(made) == house.drafting.draft(made)


def test_blocks_are_cut_between_sentences_and_nothing_is_lost(house: JobHouse) -> None:
    house.drafting.longest_text = 100_000
    text = "This is a sentence of a book without any end to its paragraph. " * 1000
    passages = house.drafting.draft(manuscript(text)).passages
    assert " ".join(each.text for each in passages).split() == text.split()
    assert {each.pause_s for each in passages[:-1]} == {0.25}


def test_nobody_waits_for_the_first_passage_so_it_is_no_shorter(house: JobHouse) -> None:
    text = "This sentence has more than a hundred characters, which a stream would cut, and no job."
    text = text.replace("no job", "no job of ours does that")
    assert len(text) > 100
    assert [passage for passage, _ in drafted(house, manuscript(text))] == [text]


def test_the_whole_order_is_heeded(house: JobHouse) -> None:
    (passage,) = house.drafting.draft(
        manuscript("Hallo.", language="de", prosody=Prosody(pitch=1.5), in_words=True)
    ).passages
    assert (passage.language, passage.prosody.pitch) == ("de", 1.5)


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (manuscript("  \n. - \n# !"), InputError),
        (manuscript("x" * 10_001), TextTooLongError),
        (manuscript("Hi.", language="tlh"), LanguageUnknownError),
    ],
)
def test_what_cannot_be_spoken_is_refused(
    house: JobHouse, made: Manuscript, error: type[Exception]
) -> None:
    with pytest.raises(error):
        house.drafting.draft(made)
