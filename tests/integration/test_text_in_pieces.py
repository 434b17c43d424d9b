"""Text in pieces through the real markup, wording and splitter."""

import random
import re
from itertools import pairwise

import pytest

from adapters.numbers.wording import Num2WordsWording
from adapters.sentences.splitter import SentencexSplitter
from adapters.ssml.markup import SsmlMarkup
from domain.arriving import Arriving, spoken_text
from domain.errors import MarkupError
from domain.feeds import PlainFeed, TaggedFeed
from domain.script import Item, Rest

MARKUP = SsmlMarkup(Num2WordsWording())
TAGGED = (
    '<speak>Mr. Jones owes &pound;<say-as interpret-as="cardinal">12,500</say-as> &amp; 3.14 more.'
    ' <break time="1s"/>It was <prosody rate="slow">Dr. Smith, <emphasis>not</emphasis> I</prosody>'
    ' who <phoneme alphabet="ipa" ph="təˈmeɪtəʊ">tomato</phoneme> <sub alias="World Wide">W W'
    '</sub> <mark name="m"/>said so. Goodbye!</speak>'
).replace("&pound;", "£")
PLAIN = 'It was Dr. Smith. He owes 12 500 <break time="1s"/> or 3.14, if 1 < 2. On 5. May! Ok? Bye.'


def arriving(*, tagged: bool) -> Arriving:
    feed = TaggedFeed(MARKUP.begin("en")) if tagged else PlainFeed(MARKUP, "en")
    return Arriving(feed, SentencexSplitter(), "en")


def in_pieces(text: str, seed: int) -> list[str]:
    dice = random.Random(seed)  # noqa: S311 - where a text is cut is no secret
    edges = sorted(dice.randrange(len(text)) for _ in range(dice.randrange(len(text))))
    return [text[begin:end] for begin, end in pairwise([0, *edges, len(text)])]


def heard(text: str, seed: int, *, tagged: bool) -> tuple[list[Item], list[str]]:
    """Return all items, and the texts that were taken as sentences."""
    gathered = arriving(tagged=tagged)
    items: list[Item] = []
    sentences: list[str] = []
    for piece in in_pieces(text, seed):
        gathered.hear(piece)
        if chars := gathered.sentences():
            taken = gathered.take(chars)
            items += taken
            sentences.append(spoken_text(taken))
    gathered.finish()
    return [*items, *gathered.take()], sentences


def bare(items: list[Item]) -> list[object]:
    """Return items without the joints that words have where they were taken."""
    joined = arriving(tagged=False)
    joined._gather(items)
    return list(joined.take())


@pytest.mark.parametrize(("text", "tagged"), [(TAGGED, True), (PLAIN, False)])
@pytest.mark.parametrize("seed", range(30))
def test_what_comes_in_pieces_is_what_comes_whole(text: str, seed: int, *, tagged: bool) -> None:
    whole = arriving(tagged=tagged)
    whole.hear(text)
    whole.finish()
    items, _ = heard(text, seed, tagged=tagged)
    assert bare(items) == list(whole.take())


def test_sentences_come_as_they_are_complete() -> None:
    gathered, sentences = arriving(tagged=False), []
    for character in PLAIN:
        gathered.hear(character)
        if chars := gathered.sentences(eager=True):
            sentences.append(spoken_text(gathered.take(chars)))
    assert [each.strip() for each in sentences] == [
        "It was Dr. Smith.",
        "He owes 12 500  or 3.14, if 1 < 2.",
        "On 5. May!",
        "Ok?",
        "Bye.",
    ]


def test_a_break_in_plain_text_is_a_pause() -> None:
    items, _ = heard(PLAIN, 1, tagged=False)
    assert [item for item in items if isinstance(item, Rest)] == [Rest(1.0)]


def test_elements_end_at_a_flush() -> None:
    gathered = arriving(tagged=True)
    gathered.hear('<prosody rate="slow">Slow <bre')
    gathered.finish()
    [slow] = gathered.take()
    gathered.hear('ak time="1s"/>and usual')
    gathered.finish()
    rest, usual = gathered.take()
    assert getattr(slow, "prosody").rate < 1.0  # noqa: B009 - an item may be any
    assert rest == Rest(1.0)
    assert getattr(usual, "prosody").rate == 1.0  # noqa: B009 - as above


def in_flushes(*texts: str) -> list[str]:
    """What is spoken of each text, where a flush follows each of them."""
    gathered, spoken = arriving(tagged=True), []
    for text in texts:
        for character in text:
            gathered.hear(character)
        gathered.finish()
        spoken.append(spoken_text(gathered.take()).strip())
    return spoken


@pytest.mark.parametrize(
    "texts",
    [
        ("<speak>One. ", "Two.</speak>"),
        ("<speak>One. ", "Two. ", " ", "Three.</speak>"),
        ("<speak>One.</spe", "ak>Two."),
        ("<speak><p>One. ", "Two. </p><p>Three.</p></speak>"),
        ("<speak><p>One. ", "Two. </p>", "<p>Three.</p></speak>"),
        ("<speak><p>One. ", "<s>Two. ", "Three.</s></p></speak>"),
        ("<speak>One. ", "</speak><speak>Two.</speak>", "<speak>Three.</speak>"),
        ("<speak>One. ", "<speak>Two.</speak></speak>"),
        ("<speak>One. ", "<?xml version='1.0'?><speak>Two. ", "</speak></speak>"),
        ("<speak>One. ",) * 100 + ("Two.</speak>" + "</speak>" * 31,),
        ("<x:speak xmlns:x='urn:x'>One. ", "Two.</x:speak>"),
    ],
)
def test_an_end_tag_that_comes_behind_a_flush_is_passed_over(texts: tuple[str, ...]) -> None:
    bare = [re.sub("<[^>]*>|</spe|ak>", "", text).strip() for text in texts]
    assert in_flushes(*texts) == bare


@pytest.mark.parametrize("seed", range(100))
def test_a_document_may_be_flushed_anywhere(seed: int) -> None:
    spoken = "".join(in_flushes(*in_pieces(TAGGED, seed)))
    assert spoken.replace(" ", "").endswith("saidso.Goodbye!")


@pytest.mark.parametrize(
    "texts",
    [
        ("<speak>One.</speak>", "Two.</speak>"),
        ("<speak>One. ", "Two.</speak></speak>"),
        ("<speak><p>One. ", "Two.</speak></p>"),
        ("<speak><p>One. ", "Two.</p></p>"),
        ("<speak>One. ", "<p>Two.</speak></p>"),
        ("<speak>One. ", "Two.</p></speak>"),
        ("<speak>One. ",) * 100 + ("Two." + "</speak>" * 33,),
        (f"<{'x' * 1_001}>One. ", f"Two.</{'x' * 1_001}>"),
    ],
)
def test_any_other_end_tag_that_fits_nothing_is_refused(texts: tuple[str, ...]) -> None:
    with pytest.raises(MarkupError, match="does not fit the element that is open here"):
        in_flushes(*texts)


def test_the_place_of_a_fault_does_not_count_what_is_owed() -> None:
    with pytest.raises(MarkupError) as alone:
        in_flushes("Two.<p></q>")
    with pytest.raises(MarkupError) as behind:
        in_flushes("<speak><p>One. ", "Two.<p></q>")
    assert str(behind.value) == str(alone.value)


def test_text_that_is_no_markup_is_refused_where_it_is_read_as_such() -> None:
    with pytest.raises(MarkupError, match="&lt;"):
        arriving(tagged=True).hear("1 < 2")
