"""Markup that means what a test says it means."""

from collections.abc import Mapping

from typing_extensions import override

from domain.ports import MarkupFeed, SpeechMarkup
from domain.script import Say, Script


class FakeMarkup(SpeechMarkup):
    def __init__(self, scripts: Mapping[str, Script] | None = None) -> None:
        self.scripts = dict(scripts or {})
        self.languages: list[str] = []

    @override
    def parse(self, markup: str, language: str) -> Script:
        self.languages.append(language)
        return self.scripts.get(markup) or Script((Say(markup),))

    @override
    def begin(self, language: str) -> MarkupFeed:
        raise NotImplementedError

    @override
    def described(self) -> Mapping[str, object]:
        return {}
