"""Drafting: a manuscript as chapters of passages, planned block by block."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from domain.chapters import Section, blocks, marked_title, sections
from domain.errors import InputError, TextTooLongError
from domain.job import Chapter, JobOrder, Manuscript, title_of
from domain.language import spoken
from domain.passages import Passage, Planner
from domain.pieces import Pauses
from domain.ports import SentenceSplitter, SpeechEngine, SpeechMarkup, Wording
from domain.script import Bleep, Item, Mark, Rest, Say
from domain.speech import SpeechRequest

_BLOCK = 20_000
_CHAPTER_PAUSES = 2.0
"""Between chapters, in pauses of a paragraph."""


@dataclass(frozen=True, slots=True)
class Draft:
    """All that is to be spoken, in order, and where chapters begin."""

    passages: tuple[Passage, ...]
    chapters: tuple[Chapter, ...]

    @property
    def characters(self) -> int:
        """How much text the engine is given."""
        return sum(len(passage.text) for passage in self.passages)


class Drafting:
    """Cuts manuscripts; the same text under the same engine is always cut alike."""

    def __init__(
        self,
        *,
        engine: SpeechEngine,
        splitter: SentenceSplitter,
        markup: SpeechMarkup,
        wording: Wording,
        pauses: Pauses,
        longest_text: int,
        default_language: str,
    ) -> None:
        self._engine = engine
        self._splitter = splitter
        self._markup = markup
        self._wording = wording
        self._pauses = pauses
        self.longest_text = longest_text
        self._default_language = default_language

    def draft(self, manuscript: Manuscript) -> Draft:
        """Return what is to be spoken; it takes a second for a long book, so call it in a thread.

        `TextTooLongError`, `MarkupError`, `LanguageUnknownError`, `InputError` for an empty text.
        """
        if len(manuscript.text) > self.longest_text:
            raise TextTooLongError(len(manuscript.text), self.longest_text)
        passages: list[Passage] = []
        chapters: list[Chapter] = []
        for title, said in self._parts(manuscript):
            if said and (title or not chapters):
                _rest(passages, self._pauses.paragraph_s * _CHAPTER_PAUSES)
                name = title_of(title or "") or manuscript.order.title
                chapters.append(Chapter(name, len(passages)))
            passages += said
        if not passages:
            msg = "The text is empty: it has no letter and no digit; send a word to speak."
            raise InputError(msg)
        return Draft(tuple(passages), tuple(chapters))

    def _parts(self, manuscript: Manuscript) -> Iterator[tuple[str | None, list[Passage]]]:
        order = manuscript.order
        language = spoken(order.language or self._default_language, self._engine.card.languages)
        if not SpeechRequest(manuscript.text, markup=manuscript.markup).is_markup:
            for section in sections(manuscript.text):
                yield section.title, self._section(section, order, language)
            return
        script = self._markup.parse(manuscript.text, language)
        for title, items in _marked(script.items):
            yield title, self._planned(items, order, language)

    def _section(self, section: Section, order: JobOrder, language: str) -> list[Passage]:
        """Plan a chapter block by block, its heading first."""
        said = self._planned([Say(section.spoken_heading)], order, language)
        pause_s = self._pauses.paragraph_s
        for block, is_paragraph in blocks(section.body, _BLOCK):
            more = self._planned([Say(block)], order, language)
            if more:
                _rest(said, pause_s)
            said += more
            pause_s = self._pauses.paragraph_s if is_paragraph else self._pauses.sentence_s
        return said

    def _planned(self, items: Sequence[Item], order: JobOrder, language: str) -> list[Passage]:
        said = [self._said(item, order, language) for item in items]
        planner = Planner(self._splitter, self._engine.card.longest, self._pauses)
        plan = planner.plan(said, language, awaited=False)
        passages = list(plan.passages)
        silence_s = sum(item.seconds for item in plan.after if isinstance(item, Rest | Bleep))
        if passages and silence_s:
            passages[-1] = replace(passages[-1], pause_s=passages[-1].pause_s + silence_s)
        return passages

    def _said(self, item: Item, order: JobOrder, language: str) -> Item:
        """Bring words into the order's own manner, and their language to one that is spoken."""
        if not isinstance(item, Say):
            return item
        own = item.language and spoken(item.language, self._engine.card.languages)
        said = replace(item, prosody=item.prosody.within(order.prosody), language=own)
        if not order.in_words or item.pronunciations:
            return said
        return replace(said, text=self._wording.in_words(said.text, own or language))


def _rest(passages: list[Passage], seconds: float) -> None:
    """Let there be so much silence behind the last passage, if there is not more already."""
    if passages:
        passages[-1] = replace(passages[-1], pause_s=max(passages[-1].pause_s, seconds))


def _marked(items: Sequence[Item]) -> Iterator[tuple[str | None, list[Item]]]:
    """Cut markup at the marks that name chapters."""
    title: str | None = None
    held: list[Item] = []
    for item in items:
        begins = marked_title(item.name) if isinstance(item, Mark) else None
        if begins is not None:
            yield title, held
            title, held = begins, []
        else:
            held.append(item)
    yield title, held
