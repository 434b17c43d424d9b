"""How a text becomes pieces an engine can take: whole sentences, a short first, no lost word."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from domain.ports.text import SentenceSplitter

_FIRST_LONGEST = 100
_CLAUSE_SHORTEST = 16
_FRAGMENT_SHORTER = 12
_MARKS_IN_A_ROW = 4
_SAME_IN_A_ROW = 8

_PARAGRAPH = re.compile(r"\n(?: ?\n)+")
_BLANK = re.compile(r"[^\S\n]+")
_SPACE = re.compile(r"\s+")
_CLAUSE_END = re.compile(r"[,;:)\]—–،؛，、；：](?=\s)|[，、；：]")  # noqa: RUF001 - the marks of many scripts
_SENTENCE_END = re.compile(r"[.!?…。！？।؟۔]['\"”’»)\]」』]{0,4}$")  # noqa: RUF001 - as above
_CLAUSE_CLOSED = re.compile(r"[,;:—–،؛、，；：]$")  # noqa: RUF001 - as above
_BREAKABLE = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long the silence is behind what a mark of punctuation, or a blank line, ends."""

    sentence_s: float = 0.25
    paragraph_s: float = 0.5
    clause_s: float = 0.1


USUAL_PAUSES = Pauses()


@dataclass(frozen=True, slots=True)
class Piece:
    """Text for one line of the engine, and the silence that follows it."""

    text: str
    pause_s: float


def tidy(text: str) -> str:
    """Compose characters, drop what has no sound and stacks of marks; keep paragraphs apart."""
    composed = unicodedata.normalize("NFC", text)
    heard = _BLANK.sub(" ", "".join(_heard(composed)))
    return "\n\n".join(
        line for line in (_SPACE.sub(" ", part).strip() for part in _PARAGRAPH.split(heard)) if line
    )


def plan(
    text: str,
    language: str,
    splitter: SentenceSplitter,
    longest: int,
    pauses: Pauses = USUAL_PAUSES,
    *,
    first: bool = True,
) -> tuple[Piece, ...]:
    """Cut a tidy text into pieces of at most `longest` characters, the `first` of a stream short.

    There is no pause behind the last: what follows it is not known here.
    """
    pieces: list[Piece] = []
    for paragraph in text.split("\n\n"):
        for sentence in _joined(splitter.split(paragraph, language), longest):
            limit = longest if pieces or not first else _FIRST_LONGEST
            pieces.extend(_cut(sentence, min(limit, longest), longest, pauses))
        if pieces:
            pieces[-1] = Piece(pieces[-1].text, pauses.paragraph_s)
    if pieces:
        pieces[-1] = Piece(pieces[-1].text, 0.0)
    return tuple(pieces)


def pause_behind(text: str, pauses: Pauses) -> float:
    """Return the pause that the end of a text asks for where it goes on in another manner."""
    if ends_sentence(text):
        return pauses.sentence_s
    return pauses.clause_s if _CLAUSE_CLOSED.search(text) else 0.0


def ends_sentence(text: str) -> bool:
    """Whether the last mark of a text is one that ends a sentence."""
    return _SENTENCE_END.search(text) is not None


def clause_end(text: str, limit: int | None = None) -> int | None:
    """Return where the last clause before the limit ends; None where it is too short to speak."""
    within = len(text) if limit is None else limit
    ends = [match.end() for match in _CLAUSE_END.finditer(text, 0, within)]
    return ends[-1] if ends and ends[-1] >= _CLAUSE_SHORTEST else None


def _heard(text: str) -> Iterator[str]:
    marks = again = 0
    before = ""
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        again = again + 1 if character == before else 0
        before = character
        stacked = marks > _MARKS_IN_A_ROW or (again > _SAME_IN_A_ROW and category[0] in "PS")
        if stacked or category in {"Cs", "Co", "Cn"}:
            continue
        if category == "Cc" and character not in "\n\t\r":
            yield " "
        elif category != "Cf" or character in "\u200c\u200d":
            yield character


def _joined(sentences: list[str], longest: int) -> list[str]:
    """Let fragments such as "No." lead into the next sentence: engines babble on a lone word."""
    joined: list[str] = []
    for sentence in (part.strip() for part in sentences):
        if not sentence:
            continue
        fragment = bool(joined) and len(joined[-1]) < _FRAGMENT_SHORTER
        if fragment and len(joined[-1]) + 1 + len(sentence) <= longest:
            joined[-1] = f"{joined[-1]} {sentence}"
        else:
            joined.append(sentence)
    return joined


def _cut(sentence: str, first: int, longest: int, pauses: Pauses) -> Iterator[Piece]:
    """Cut at clauses; a first piece is only cut where a speaker would breathe anyway."""
    rest, limit = sentence, first
    while len(rest) > limit:
        at = clause_end(rest, limit)
        if at is None and limit < longest:
            limit = longest
            continue
        pause = 0.0 if at is None else pauses.clause_s
        at = at or _word_end(rest, limit)
        yield Piece(rest[:at].strip(), pause)
        rest, limit = rest[at:].strip(), longest
    if rest:
        yield Piece(rest, pauses.sentence_s)


def _word_end(text: str, limit: int) -> int:
    spaces = [match.start() for match in _BREAKABLE.finditer(text, 1, limit + 1)]
    if spaces:
        return spaces[-1]
    at = limit
    while at > 1 and unicodedata.combining(text[at]):
        at -= 1
    return at
