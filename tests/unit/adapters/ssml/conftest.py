from collections.abc import Callable

import pytest

from adapters.ssml.markup import SsmlMarkup
from domain.script import Item, Script
from tests.fakes.wording import EchoWording

Read = Callable[[str], list[Item]]


@pytest.fixture
def reader() -> SsmlMarkup:
    return SsmlMarkup(EchoWording("address"))


@pytest.fixture
def parse(reader: SsmlMarkup) -> Callable[[str], Script]:
    return lambda text: reader.parse(text, "en")


@pytest.fixture
def read(parse: Callable[[str], Script]) -> Read:
    """Return the items of markup that has no warning."""

    def items(text: str) -> list[Item]:
        script = parse(text)
        assert script.warnings == ()
        return list(script.items)

    return items
