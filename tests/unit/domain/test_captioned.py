"""What is told of sound in packets: clients that add it up must arrive where the sound does."""

from collections.abc import Iterator

import pytest

from domain.lettering import Captioning
from domain.packets import Caption, captioned
from domain.script import TimedWord

TEXT = 'He said "yes": $5. '
SOUNDS: tuple[tuple[float, tuple[TimedWord, ...]], ...] = (
    (0.1, (TimedWord("He", 0.0, 0.2),)),
    (0.7, (TimedWord("said", 0.2, 0.5), TimedWord("yes", 0.6, 0.9))),
    (1.2, (TimedWord("$", 1.0, 1.3),)),
    (1.5, (TimedWord("5", 1.3, 1.8),)),
    (1.9, ()),
)


def told() -> Iterator[Caption]:
    captioning = Captioning(TEXT, TEXT)
    begins_s = 0.0
    for ends_s, words in SOUNDS:
        yield from captioned(captioning, words, begins_s, ends_s)
        begins_s = ends_s


def test_every_message_begins_where_the_one_before_it_ended() -> None:
    clock_s = 0.0
    for caption in told():
        assert caption.at_s == pytest.approx(clock_s)
        clock_s = caption.captions.sent.ends_s[-1]
    assert clock_s == SOUNDS[-1][0]


def test_signs_are_told_with_the_word_they_stand_in_front_of() -> None:
    texts = [caption.captions.sent.text for caption in told()]
    assert texts == ["He ", "said ", '"yes": ', "$", "5.", " "]


def test_the_blank_behind_the_last_word_lasts_as_long_as_its_sound() -> None:
    *_, blank = told()
    assert blank.captions.spoken.text == " "
    assert (blank.at_s, blank.captions.spoken.ends_s) == (1.5, (1.9,))
