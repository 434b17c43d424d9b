"""A wording whose words show what it was asked."""

from typing_extensions import override

from domain.ports import Wording


class EchoWording(Wording):
    def __init__(self, *unknown: str) -> None:
        self.unknown = unknown

    @override
    def say_as(self, text: str, kind: str, shape: str, language: str) -> str | None:
        return None if kind in self.unknown else f"[{text}|{kind}|{shape}|{language}]"

    @override
    def in_words(self, text: str, language: str) -> str:
        return text
