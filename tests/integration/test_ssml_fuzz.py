"""No document, however broken or hostile, is anything but a script or a clear refusal, at once."""

import gc
import random
import time
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ssml.markup import SsmlMarkup
from domain.errors import MarkupError
from domain.script import Script
from tests.fakes.wording import EchoWording
from tests.integration.ssml_corpus import HOSTILE, LARGE, SOUND

CASES = 20_000
MOST_S = 0.3
MOST_KEPT_BYTES = 100_000
MOST_HELD_BYTES = 32 * 2**20
TOKENS = (
    *("<", ">", "&", ";", '"', "'", "/", "=", "]]>", "<!--", "-->", "<![CDATA[", "<?", "?>", "</"),
    *("<break/>", "<p>", "</p>", "&amp;", "&#", "\0", "\r", "\ud83d", "\ude00", "xmlns:a='b' "),
    *("<say-as interpret-as='date'>", "</say-as>", "<sub alias=''>", "time='1s'", "9" * 30, ":"),
)


def broken(chance: random.Random) -> str:
    """A known document, or two, after a few random edits."""
    text = chance.choice(SOUND + HOSTILE)
    if chance.random() < 0.2:
        text += chance.choice(SOUND + HOSTILE)
    for _ in range(chance.randint(1, 6)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + int(chance.expovariate(0.3)))
        new = chance.choice(("", text[start:end] * 2, chance.choice(TOKENS)))
        text = text[:start] + new + text[end:]
    return text


def outcome(text: str, pieces: int = 1) -> Script | MarkupError:
    markup = SsmlMarkup(EchoWording("address"))
    try:
        if pieces == 1:
            return markup.parse(text, "en")
        feed = markup.begin("en")
        places = [len(text) * number // pieces for number in range(pieces + 1)]
        for start, end in pairwise(places):
            feed.feed(text[start:end])
        return feed.close()
    except MarkupError as error:
        return error


def spent_s(text: str, pieces: int = 1) -> float:
    began = time.thread_time()
    outcome(text, pieces)
    return time.thread_time() - began


def ends_at_once(text: str) -> bool:
    """In one of ten tries: the machine's other work is no fault of the document's."""
    return any(spent_s(text) < MOST_S for _ in range(10))


def documents(seed: int, count: int) -> Iterator[str]:
    chance = random.Random(seed)  # noqa: S311 - the same edits in every run
    return (broken(chance) for _ in range(count))


def test_twenty_thousand_broken_documents_each_end_at_once() -> None:
    kinds = {Script: 0, MarkupError: 0}
    for number, text in enumerate(documents(1, CASES)):
        began = time.thread_time()
        result = outcome(text, pieces=1 + number % 5)
        spent = time.thread_time() - began
        kinds[type(result)] += 1
        assert spent < MOST_S or ends_at_once(text), text
        if isinstance(result, MarkupError):
            assert result.line is not None
            assert result.column is not None
            assert 1 <= result.line <= text.count("\n") + text.count("\r") + 1
            assert 1 <= result.column <= len(text) + 1
            assert len(str(result)) < 200
    assert min(kinds.values()) > CASES / 20


@pytest.mark.parametrize("name", LARGE)
def test_the_largest_documents_end_at_once(name: str) -> None:
    assert ends_at_once(LARGE[name])


def more_s(held: str) -> float:
    """The time that a thousand more characters take behind what is held back."""

    def once() -> float:
        feed = SsmlMarkup(EchoWording()).begin("en")
        feed.feed(held)
        began = time.thread_time()
        for _ in range(1_000):
            feed.feed("a")
        return time.thread_time() - began

    return min(once() for _ in range(4))


@pytest.mark.parametrize("opening", ["<a ", '<a b="', "<!--", "<![CDATA[", "<?a "])
def test_what_is_held_back_is_not_looked_at_again(opening: str) -> None:
    assert more_s(opening + "a" * 60_000) < 3 * more_s(opening) + 0.01


@pytest.mark.parametrize("name", LARGE)
def test_the_largest_documents_may_come_in_pieces(name: str) -> None:
    assert spent_s(LARGE[name][:65_536], 1_024) < 1.0


@pytest.mark.parametrize("name", ["breaks", "marks", "CDATA", "alias", "depth", "far too long"])
def test_the_largest_documents_hold_little_memory(name: str) -> None:
    tracemalloc.start()
    try:
        outcome(LARGE[name])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST_HELD_BYTES


def test_broken_documents_leave_no_memory_behind() -> None:
    kept: list[int] = []
    tracemalloc.start()
    try:
        for seed in (2, 3, 4):
            for text in documents(seed, 700):
                outcome(text, pieces=3)
            gc.collect()
            kept.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert kept[-1] - kept[0] < MOST_KEPT_BYTES


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec=None), max_size=200), st.integers(1, 9))
def test_any_text_is_a_script_or_a_refusal(text: str, pieces: int) -> None:
    outcome(text, pieces)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from((*TOKENS, *SOUND, *HOSTILE)), max_size=9), st.integers(1, 9))
def test_any_heap_of_markup_is_a_script_or_a_refusal(parts: list[str], pieces: int) -> None:
    outcome("".join(parts), pieces)
