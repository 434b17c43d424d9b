"""Batches of texts that are long, odd, or come letter by letter."""

import time

import pytest

from adapters.numbers.wording import Num2WordsWording
from adapters.sentences.splitter import SentencexSplitter
from adapters.ssml.markup import SsmlMarkup
from domain.arriving import Arriving
from domain.feeds import PlainFeed
from entrypoints.elevenlabs.batches import Batches
from entrypoints.elevenlabs.wire.socket import Manner

MARKUP = SsmlMarkup(Num2WordsWording())
PROSE = "The quick fox, 3.14 m long, met Dr. Smith at noon; nobody knows why it was so. "


def batches(*, eager: bool) -> Batches:
    def begin(language: str | None) -> Arriving:
        return Arriving(PlainFeed(MARKUP, "en"), SentencexSplitter(), language or "en")

    return Batches(begin, Manner(), eager=eager)


@pytest.mark.parametrize("unit", [PROSE, "a", "1 ", ". ", "a-", '<break time="1s"/> a'])
@pytest.mark.parametrize(("eager", "idle"), [(False, True), (True, True), (True, False)])
def test_letter_by_letter_all_is_spoken_once_and_in_time(
    unit: str, *, eager: bool, idle: bool
) -> None:
    whole = unit * (5_000 // len(unit))
    cutting, spoken = batches(eager=eager), ""
    begun_s = time.process_time()
    for at, letter in enumerate(whole):
        cutting.hear(letter)
        while batch := cutting.due(at / 100, idle=idle):
            spoken += batch.text
    last = cutting.flush()
    spoken += last.text if last else ""
    assert time.process_time() - begun_s < 5.0
    wanted = whole.replace('<break time="1s"/>', "") if any(map(str.isalnum, whole)) else ""
    assert spoken.rstrip() == wanted.rstrip()


@pytest.mark.parametrize("eager", [False, True])
def test_a_text_that_begins_without_a_sound_is_spoken_no_later(*, eager: bool) -> None:
    cutting = batches(eager=eager)
    cutting.hear("... ")
    assert cutting.due(0.0) is None
    cutting.hear("word " * 30)
    batch = cutting.due(0.0)
    assert batch is not None
    assert batch.text == "... " + "word " * 30


def test_a_lone_word_waits_from_the_first_moment_of_the_clock_on() -> None:
    cutting = batches(eager=True)
    cutting.hear("Yes ")
    assert cutting.due(0.0) is None
    cutting.hear("s")
    assert cutting.due(0.09) is None
    batch = cutting.due(0.1)
    assert batch is not None
    assert batch.text == "Yes "
