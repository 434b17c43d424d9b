"""From what is to be said to the lines of an engine."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.passages import Passage, Plan, Planner
from domain.pieces import Pauses, tidy
from domain.script import Item, Mark, Pronunciation, Prosody, Rest, Say
from tests.fakes.sentences import FullStopSplitter

PAUSES = Pauses(sentence_s=0.25, paragraph_s=0.5, clause_s=0.1)
LOW = Prosody(pitch=0.8)


def plan(*items: Item, longest: int = 200) -> Plan:
    return Planner(FullStopSplitter(), lambda _: longest, PAUSES).plan(items, "en")


def texts(planned: Plan) -> list[str]:
    return [passage.text for passage in planned.passages]


def test_what_stands_between_words_comes_before_the_next_of_them() -> None:
    planned = plan(
        Rest(1.0), Say("Here we are."), Mark("m"), Rest(0.3), Say("And there."), Rest(2.0)
    )
    first, second = planned.passages
    assert first.before == (Rest(1.0),)
    assert second.before == (Mark("m"), Rest(0.3))
    assert planned.after == (Rest(2.0),)


def test_a_rest_stands_in_place_of_the_pause_that_punctuation_makes() -> None:
    assert plan(Say("Here we are."), Rest(0.0), Say("And there.")).passages[0].pause_s == 0.0
    assert plan(Say("Here we are."), Say("And there.", LOW)).passages[0].pause_s == 0.25


@pytest.mark.parametrize(
    ("text", "pause_s"),
    [
        ("Here we are.", 0.25),
        ("Are we here?", 0.25),
        ("She said: “here.”", 0.25),
        ("ここです。", 0.25),
        ("If we are here,", 0.1),
        ("Here we", 0.0),
    ],
)
def test_a_change_of_manner_pauses_as_the_text_before_it_asks(text: str, pause_s: float) -> None:
    assert plan(Say(text), Say("go on.", LOW)).passages[0].pause_s == pause_s


def test_a_mark_alone_changes_no_pause() -> None:
    assert plan(Say("Here we are."), Mark("m"), Say("And there.")).passages[0].pause_s == 0.25


def test_nothing_follows_the_last_words() -> None:
    assert plan(Say("Here we are. And there we are.")).passages[-1].pause_s == 0.0


def test_what_has_neither_letter_nor_digit_is_not_spoken() -> None:
    planned = plan(Say("..."), Rest(1.0), Say("Here we are."), Say(" — "))
    assert texts(planned) == ["Here we are."]
    assert planned.passages[0].before == (Rest(1.0),)


def test_a_manner_goes_with_all_pieces_of_its_text() -> None:
    say = Say("Here we are now. And there we are.", LOW, "de", "anna")
    found = [(p.prosody, p.language, p.voice) for p in plan(say).passages]
    assert found == [(LOW, "de", "anna")] * 2


def test_only_the_first_piece_of_all_is_short() -> None:
    clauses = "and so it goes on and on in every clause, " * 4
    first, *others = plan(Say(clauses), Say(clauses, LOW)).passages
    assert len(first.text) <= 100
    assert any(len(passage.text) > 100 for passage in others)


def spoken_as(passages: tuple[Passage, ...]) -> list[tuple[str, str]]:
    return [
        (passage.text[span.char : span.char_end], span.ipa)
        for passage in passages
        for span in passage.pronunciations
    ]


def test_a_pronunciation_stays_with_its_word_wherever_the_text_is_cut() -> None:
    text = "One  tomato here, for you and me and all. Another   tomato there for the rest."
    spans = tuple(
        Pronunciation(at, at + 6, ipa)
        for at, ipa in ((text.index("tomato"), "a"), (text.rindex("tomato"), "b"))
    )
    planned = plan(Say(text, pronunciations=spans), longest=24)
    assert len(planned.passages) > 2
    assert spoken_as(planned.passages) == [("tomato", "a"), ("tomato", "b")]
    assert " ".join(texts(planned)) == tidy(text)


WORDS = st.lists(st.text("abcdé", min_size=1, max_size=8), min_size=2, max_size=12)
GAPS = st.sampled_from([" ", "  ", "\n", " \t"])


@given(words=WORDS, gap=GAPS, every=st.integers(2, 4))
def test_pronunciations_survive_any_spacing(words: list[str], gap: str, every: int) -> None:
    text = gap.join(words)
    starts = [0]
    for word, _ in pairwise(words):
        starts.append(starts[-1] + len(word) + len(gap))
    chosen = range(0, len(words), every)
    spans = tuple(Pronunciation(starts[at], starts[at] + len(words[at]), str(at)) for at in chosen)
    planned = plan(Say(text, pronunciations=spans), longest=20)
    assert spoken_as(planned.passages) == [(words[at], str(at)) for at in chosen]


def test_no_silence_between_words_is_longer_than_one_break() -> None:
    breaks = [item for _ in range(50) for item in (Rest(10.0), Mark("m"), Say("."))]
    planned = plan(Say("Here."), *breaks, Say("There."))
    assert planned.passages[1].silence_before_s == 10.0
    assert sum(isinstance(item, Mark) for item in planned.passages[1].before) == 50
