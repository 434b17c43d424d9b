"""Sentences by sentencex, which knows abbreviations and marks of some 250 languages."""

import sentencex
from typing_extensions import override

from domain.ports import SentenceSplitter


class SentencexSplitter(SentenceSplitter):
    """Cuts behind each sentence; a region is dropped, an unknown language is cut as English."""

    @override
    def split(self, text: str, language: str) -> list[str]:
        return list(sentencex.segment(language.partition("-")[0], text))
