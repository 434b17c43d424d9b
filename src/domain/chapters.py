"""Where the chapters of a text begin, and a long text in blocks that are planned one by one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_CHAPTERS = 2000
LONGEST_TITLE = 200

# how books of the languages spoken here head their chapters, before or behind the number
_CHAPTER = (
    "chapter|kapitel|chapitre|cap[ií]tulo|capitolo|hoofdstuk|rozdzia[łl]|kapitola|глава"
    "|b[öo]l[üu]m|fejezet|अध्याय|الفصل"
)
_PART = "part|book|teil|buch|partie|livre|parte|libro|deel|cz[ęe][śs][ćc]|часть"
_FIGURE = r"(?:\d{1,4}|[ivxlcdm]{1,8})"
_WRITTEN = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_NAMED = re.compile(
    rf"(?:(?:{_CHAPTER})\s+(?:{_FIGURE}|[^\W\d_]{{2,14}}(?:-[^\W\d_]{{2,8}})?)"
    rf"|(?:{_PART})\s+(?:{_FIGURE}|{_WRITTEN})|\d{{1,4}}\.\s+(?:{_CHAPTER})"
    r"|第.{1,6}[章部回]|제?\s?\d{1,4}\s?장)(?:\s*[.:—–-]\s*\S.{0,150}|\s*[.:]?)",  # noqa: RUF001 - dashes
    re.IGNORECASE,
)
_HASHES = re.compile(r"#{1,2}[ \t]+(\S.*?)[ \t]*#*")
_HTML = re.compile(r"<h([12])(?:\s[^<>]{0,200})?>(.{1,400}?)</h\1>", re.IGNORECASE)
_DEEPER = re.compile(r"#{3,6}[ \t]+(?=\S)")
_LONGEST_HEADING = 400
_ENDS = re.compile(r"[.!?…。！？:]$")  # noqa: RUF001 - of several scripts
_MARK = "chapter:"


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter as text: its heading is spoken before its body."""

    title: str | None
    body: str

    @property
    def spoken_heading(self) -> str:
        """The heading as a sentence of its own."""
        title = self.title or ""
        return title if not title or _ENDS.search(title) else f"{title}."


def sections(text: str) -> tuple[Section, ...]:
    """Cut a text at its headings; what stands before the first has no title."""
    found: list[Section] = []
    title: str | None = None
    lines: list[str] = []
    for line in text.splitlines():
        heading = _heading(line) if len(found) < MOST_CHAPTERS - 1 else None
        if heading is None:
            lines.append(_DEEPER.sub("", line, count=1))
            continue
        found.append(Section(title, "\n".join(lines)))
        title, lines = heading, []
    found.append(Section(title, "\n".join(lines)))
    return tuple(each for each in found if each.title or each.body.strip())


def marked_title(name: str) -> str | None:
    """Return the chapter that a mark of SSML names, as in `chapter:The end`."""
    if not name.lower().startswith(_MARK):
        return None
    return name[len(_MARK) :].strip()[:LONGEST_TITLE] or None


def blocks(text: str, longest: int) -> Iterator[tuple[str, bool]]:
    """Cut a text into blocks; each tells whether a paragraph ends with it.

    A block ends at a blank line, else where a line or a sentence does, else between words.
    """
    at = 0
    while len(text) - at > longest:
        end, paragraph = _block_end(text, at, at + longest)
        yield text[at:end], paragraph
        at = end
    if at < len(text):
        yield text[at:], True


def _block_end(text: str, at: int, limit: int) -> tuple[int, bool]:
    half = at + (limit - at) // 2
    for mark in ("\n\n", "\n", ". ", "。", "? ", "! ", " "):
        found = text.rfind(mark, half, limit)
        if found >= 0:
            return found + len(mark), mark == "\n\n"
    return limit, False


def _heading(line: str) -> str | None:
    stripped = line.strip()
    if not stripped or len(stripped) > _LONGEST_HEADING:
        return None
    if found := _HASHES.fullmatch(stripped):
        return found[1][:LONGEST_TITLE]
    if found := _HTML.fullmatch(stripped):
        return found[2].strip()[:LONGEST_TITLE] or None
    return stripped[:LONGEST_TITLE] if _NAMED.fullmatch(stripped) else None
