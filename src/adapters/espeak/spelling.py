"""What is sent to espeak-ng for a line, and which characters of the line each part stands for."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from adapters.espeak.native import Mark
from domain.ports import Pronunciation

Span = tuple[int, int]

# The long names of some of these overrun a buffer of espeak-ng 1.52 and kill the process (a
# cowboy's face in German, Braille in Arabic): pictures are left unsaid; ° and № come before them.
_PICTURES = frozenset({"So", "Sk"})
_PICTURES_FROM = "\u2300"
_MORE_PICTURES = frozenset("\u2139")

# A word of more than about a hundred letters overruns a buffer of espeak-ng 1.52 and kills the
# process ("ك" 120 times in Persian does): a run without a space is broken long before that.
_LONGEST_RUN = 40
_LONGEST_RUN_BYTES = 120

_NEVER_SENT = frozenset({"Cc", "Cn", "Co", "Cs", "Zl", "Zp"})


@dataclass(slots=True)
class Spelling:
    """The text as sent; one span of the line's characters for each character of it."""

    text: str
    sent: str = ""
    spans: list[Span] = field(default_factory=list)
    pronounced: set[Span] = field(default_factory=set)

    def span(self, mark: Mark) -> Span | None:
        """The characters of the line a mark points at, unless there is nothing to see there."""
        first = mark.char - 1
        if not 0 <= first < len(self.spans):
            return None
        final = min(first + max(mark.length, 1), len(self.spans)) - 1
        span = self.spans[first][0], self.spans[final][1]
        return None if self.text[slice(*span)].isspace() else span

    def word(self, span: Span, before: int) -> Span:
        """All that is heard until the next word begins at `before`.

        espeak-ng points at `don` of "don't", past the end of numbers, and at the first word only
        of those it says in one breath, such as "for the".
        """
        if span in self.pronounced:
            return span
        first, end = span
        letters = (i + 1 for i in range(before - 1, first, -1) if _is_letter(self.text[i]))
        return first, next(letters, max(first + 1, min(end, before)))

    def before_first(self, span: Span) -> Span | None:
        """The letters before the first word that was pointed at, if there are any."""
        letters = (i for i in range(span[0]) if _is_letter(self.text[i]))
        first = next(letters, None)
        return None if first is None else (first, first + 1)


def spell(
    text: str, pronunciations: tuple[Pronunciation, ...], pronounce: Callable[[str], str]
) -> Spelling:
    """Write the text so that nothing in it is a command, and IPA as mnemonics in brackets."""
    spoken = {
        p.char: (p.char_end, mnemonics)
        for p in _usable(pronunciations, len(text))
        if (mnemonics := pronounce(p.ipa))
    }
    spelling = Spelling(text)
    parts: list[str] = []
    at, run = 0, ""
    while at < len(text):
        end, mnemonics = spoken.get(at, (at + 1, ""))
        part = f"[[{mnemonics}]]" if mnemonics else _harmless(text[at], bool(spoken))
        run = "" if part.isspace() or mnemonics else run + part
        if _too_long(run):
            part, run = f" {part}", part
        parts.append(part)
        spelling.spans.extend([(at, end)] * len(part))
        if mnemonics:
            spelling.pronounced.add((at, end))
        at = end
    spelling.sent = "".join(parts)
    return spelling


def _usable(pronunciations: tuple[Pronunciation, ...], length: int) -> Iterator[Pronunciation]:
    """Those that lie within the text, the earlier one where two overlap."""
    free_from = 0
    for each in sorted(pronunciations, key=lambda p: p.char):
        if free_from <= each.char < each.char_end <= length:
            free_from = each.char_end
            yield each


def _harmless(character: str, brackets_count: bool) -> str:  # noqa: FBT001 - named at the call
    category = unicodedata.category(character)
    if category in _PICTURES and character >= _PICTURES_FROM:
        return " "
    if category in _NEVER_SENT or character in _MORE_PICTURES:
        return " "
    return "(" if brackets_count and character == "[" else character


def _too_long(run: str) -> bool:
    return len(run) > _LONGEST_RUN or len(run.encode()) > _LONGEST_RUN_BYTES


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNM"
