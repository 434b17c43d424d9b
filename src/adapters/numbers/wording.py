"""Wording over num2words and this house's tables, in the seventeen languages of XTTS."""

from typing_extensions import override

from adapters.numbers.language import language as known
from adapters.numbers.letters import spelled
from adapters.numbers.say_as import KINDS, fitting
from adapters.numbers.scan import numbers_said
from adapters.numbers.signs import short_forms_said, signs_said
from domain.ports import Wording

_SPELLED = frozenset(("characters", "spell-out", "verbatim"))


class Num2WordsWording(Wording):
    """Leaves the text of a language it has no table for as it is."""

    @override
    def say_as(self, text: str, kind: str, shape: str, language: str) -> str | None:
        kind = kind.strip().lower()
        says, table = KINDS.get(kind), known(language)
        if says is None:
            return None
        if table is None:
            return spelled(text, None) if kind in _SPELLED else text
        words = says(text, shape, table) if fitting(text, kind) else None
        if words is None:
            return self.in_words(text, language)
        return self.in_words(words, language) if kind == "address" else words

    @override
    def in_words(self, text: str, language: str) -> str:
        table = known(language)
        if table is None:
            return text
        return signs_said(numbers_said(short_forms_said(text, table), table), table)
