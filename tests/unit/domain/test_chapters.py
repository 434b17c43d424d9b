"""Where chapters begin, and blocks that lose nothing."""

import pytest

from domain.chapters import Section, blocks, marked_title, sections


def titles(text: str) -> list[str | None]:
    return [section.title for section in sections(text)]


def test_a_text_without_headings_is_one_section_without_a_title() -> None:
    assert sections("It began.\n\nIt ended.") == (Section(None, "It began.\n\nIt ended."),)


def test_what_stands_before_the_first_heading_is_kept() -> None:
    found = sections("For Ana.\n\n# One\nIt began.\n## Two ##\nIt ended.\n")
    assert found == (
        Section(None, "For Ana.\n"),
        Section("One", "It began."),
        Section("Two", "It ended."),
    )


@pytest.mark.parametrize(
    "line",
    [
        *("# The end", "## The end", "<h1>The end</h1>", "<H2 class='x'>The end</H2>"),
        *("Chapter 7", "CHAPTER VII.", "chapter seven: The sea", "Chapter Twenty-One"),
        *("Part II", "Book One", "Kapitel 3", "Capítulo 2 — El mar"),
        *("Глава первая", "Глава 4. Море", "12. fejezet", "第十二章", "第3章", "제 3 장"),
        *("Rozdział pierwszy", "Bölüm 2", "अध्याय 5", "Chapitre premier"),
    ],
)
def test_a_heading_is_known_in_many_spellings(line: str) -> None:
    assert len(titles(f"Before.\n\n{line}\n\nBehind.")) == 2


@pytest.mark.parametrize(
    "line",
    [
        *("Chapter 7 was the one she never finished, he said.", "#hashtag", "# ", "Part of it"),
        *("Book a table", "chapter", "<h1></h1>", "<h3>Small</h3>", "Chapter one of three parts"),
    ],
)
def test_a_sentence_is_no_heading(line: str) -> None:
    assert titles(f"Before.\n{line}\nBehind.") == [None]


def test_a_smaller_heading_is_spoken_without_its_signs() -> None:
    assert sections("### A note\nText.")[0].body == "A note\nText."


def test_a_heading_is_spoken_as_a_sentence_of_its_own() -> None:
    assert Section("The end", "").spoken_heading == "The end."
    assert Section("The end?", "").spoken_heading == "The end?"
    assert Section(None, "").spoken_heading == ""


def test_a_mark_names_a_chapter_only_by_its_beginning() -> None:
    assert marked_title("chapter: The end ") == "The end"
    assert marked_title("chapter:") is None
    assert marked_title("the chapter: no") is None


def test_blocks_are_the_text_and_end_where_something_ends() -> None:
    text = "One two three. Four five.\n\nSix seven eight nine. Ten eleven\ntwelve. Thirteen."
    found = list(blocks(text, 40))
    assert "".join(block for block, _ in found) == text
    assert found[0] == ("One two three. Four five.\n\n", True)
    assert all(len(block) <= 40 for block, _ in found)


def test_a_text_without_any_end_is_cut_nevertheless() -> None:
    found = list(blocks("x" * 100, 30))
    assert [len(block) for block, _ in found] == [30, 30, 30, 10]
    assert [paragraph for _, paragraph in found] == [False, False, False, True]


def test_two_million_characters_of_one_line_are_read_in_no_time() -> None:
    assert len(titles("chapter " * 250_000)) == 1
    assert len(titles("# x\n" * 500_000)) <= 2000
