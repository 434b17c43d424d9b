"""Which text is spoken when."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.arriving import Arriving
from entrypoints.elevenlabs.batches import Batch, Batches
from entrypoints.elevenlabs.wire.socket import Manner, decode_message
from tests.unit.entrypoints.elevenlabs.talks import arriving

WORDS = "one two three four five six seven eight nine ten "


def batches(*, eager: bool = False, tagged: bool = False, **manner: Any) -> Batches:
    return Batches(
        lambda language: arriving(language, tagged=tagged), Manner(**manner), eager=eager
    )


def change(to: Batches, **message: Any) -> None:
    to.change(decode_message(json.dumps(message)))


def every(of: Batches, **how: Any) -> list[Batch]:
    taken = []
    while batch := of.due(0.0, **how):
        taken.append(batch)
    return taken


def test_text_waits_until_the_schedule_has_its_characters() -> None:
    gathering = batches(schedule=(40.0,))
    gathering.hear("A sentence. Another one, too. ")
    assert gathering.due(0.0) is None
    gathering.hear("And so on. ")
    assert [batch.text for batch in every(gathering)] == [
        "A sentence. Another one, too. And so on. "
    ]


def test_the_schedule_goes_on_step_by_step_and_its_last_repeats() -> None:
    gathering = batches(schedule=(10.0, 20.0))
    lengths = []
    for _ in range(60):
        gathering.hear("word ")
        lengths += [len(batch.text) for batch in every(gathering)]
    assert lengths[:4] == [10, 20, 20, 20]
    assert set(lengths[1:]) == {20}


def test_a_flush_takes_everything_and_begins_the_schedule_anew() -> None:
    gathering = batches(schedule=(10.0, 500.0))
    gathering.hear("Ten or so, and ")
    assert len(every(gathering)) == 1
    gathering.hear("half a wo")
    flushed = gathering.flush()
    assert flushed is not None
    assert flushed.text.endswith("half a wo")
    gathering.hear("Ten again, ")
    assert len(every(gathering)) == 1


def test_a_flush_of_nothing_is_none() -> None:
    gathering = batches()
    assert gathering.flush() is None
    gathering.hear("  ... ")
    assert gathering.flush() is None


@pytest.mark.parametrize("step", [1, 32, 50, 500])
def test_a_step_is_one_to_five_hundred_characters(step: int) -> None:
    gathering = batches()
    change(gathering, generation_config={"chunk_length_schedule": [step]})
    gathering.hear("wort " * ((step + 4) // 5))
    assert gathering.due(0.0) is not None


def test_a_trigger_takes_whole_words_from_fifty_characters_on() -> None:
    gathering = batches(schedule=(200.0,))
    gathering.hear(WORDS[:20])
    assert gathering.due(0.0, triggered=True) is None
    gathering.hear(WORDS + "ele")
    batch = gathering.due(0.0, triggered=True)
    assert batch is not None
    assert (WORDS[:20] + WORDS).startswith(batch.text)
    assert batch.text.endswith(" ")


def test_a_trigger_waits_for_no_more_than_the_schedule() -> None:
    gathering = batches(schedule=(10.0,))
    gathering.hear("one two three ")
    assert gathering.due(0.0, triggered=True) is not None


def test_neither_words_nor_numbers_are_cut() -> None:
    gathering = batches(schedule=(5.0,))
    gathering.hear("It costs 1 ")
    batch = gathering.due(0.0)
    assert batch is not None
    assert batch.text == "It costs "
    gathering.hear("000,50 euro")
    assert every(gathering) == []
    gathering.hear("s ")
    assert [batch.text for batch in every(gathering)] == ["1 000,50 euros "]


def test_settings_hold_from_the_next_batch() -> None:
    gathering = batches(schedule=(12.0,))
    gathering.hear("gathered al")
    change(gathering, voice_settings={"speed": 1.5}, generation_config={"language": "de"})
    gathering.hear("ready, and more of it here, and on it goes ")
    taken = every(gathering)
    assert [(batch.manner.settings.speed, batch.manner.language) for batch in taken] == [
        (1.0, None),
        *[(1.5, "de")] * (len(taken) - 1),
    ]
    assert len(taken) > 1


def test_settings_hold_at_once_where_nothing_is_gathered() -> None:
    gathering = batches()
    gathering.hear(" ")
    change(gathering, generator_config={"speed": 0.5, "language": "fr"})
    gathering.hear("Bonjour.")
    flushed = gathering.flush()
    assert flushed is not None
    assert (flushed.manner.settings.speed, flushed.manner.language) == (0.5, "fr")


def test_a_language_that_changes_is_that_of_what_is_gathered_next() -> None:
    begun: list[str | None] = []

    def begin(language: str | None) -> Arriving:
        begun.append(language)
        return arriving(language, tagged=False)

    gathering = Batches(begin, Manner(language="en"), eager=False)
    gathering.hear("Hello")
    change(gathering, generation_config={"language": "de"})
    assert begun == ["en"]
    gathering.flush()
    assert begun == ["en", "de"]


def test_the_eager_speak_a_clause_as_soon_as_it_is_there() -> None:
    gathering = batches(eager=True)
    gathering.hear("Well then, my very dear friend, let")
    assert [batch.text for batch in every(gathering)] == ["Well then, my very dear friend,"]


def test_the_eager_speak_a_sentence_at_its_mark() -> None:
    gathering = batches(eager=True)
    gathering.hear("Hello there.")
    assert [batch.text for batch in every(gathering)] == ["Hello there."]


def test_while_something_is_heard_the_eager_gather_whole_sentences() -> None:
    gathering = batches(eager=True)
    gathering.hear("Well then, my friend, let us go")
    assert gathering.due(0.0, idle=False) is None
    gathering.hear(". And")
    batch = gathering.due(0.0, idle=False)
    assert batch is not None
    assert batch.text == "Well then, my friend, let us go. "


def test_a_lone_word_waits_a_moment_for_the_next() -> None:
    gathering = batches(eager=True)
    gathering.hear("Yes ")
    assert gathering.due(10.0) is None
    assert gathering.ripe_at_s == pytest.approx(10.1)
    assert gathering.due(10.05) is None
    batch = gathering.due(10.11)
    assert batch is not None
    assert batch.text == "Yes "
    assert gathering.ripe_at_s is None


def test_a_word_that_has_no_end_yet_does_not_ripen() -> None:
    gathering = batches(eager=True)
    gathering.hear("Yes")
    assert gathering.due(0.0) is None
    assert gathering.ripe_at_s is None


def test_nobody_waits_for_a_word_while_another_is_heard() -> None:
    gathering = batches(eager=True)
    gathering.hear("Yes ")
    gathering.due(0.0)
    gathering.due(0.01, idle=False)
    assert gathering.ripe_at_s is None


def test_what_waits_counts_with_its_tags_and_blanks() -> None:
    gathering = batches(tagged=True)
    gathering.hear('<break time="1s"/>   <mark name="')
    assert gathering.held == len('<break time="1s"/>   <mark name="')
    gathering.hear('x"/>Hello')
    gathering.flush()
    assert gathering.held == 0


def test_tags_are_not_split_and_say_nothing() -> None:
    gathering = batches(tagged=True, schedule=(4.0,))
    spoken = []
    for piece in (
        "Hel",
        "lo <bre",
        "ak ti",
        'me="1',
        's"/> the',
        "re <em",
        "phasis>you</emphasis> ",
    ):
        gathering.hear(piece)
        spoken += [batch.text for batch in every(gathering)]
    last = gathering.flush()
    assert "".join([*spoken, last.text if last else ""]).split() == ["Hello", "there", "you"]


PIECES = st.lists(st.text("ab1 .,!?\n<>/", max_size=9), max_size=30)


@given(PIECES, st.booleans(), st.lists(st.integers(1, 30), min_size=1, max_size=3))
def test_nothing_is_lost_doubled_or_cut(
    pieces: list[str],
    eager: bool,  # noqa: FBT001 - hypothesis gives it
    schedule: list[int],
) -> None:
    gathering = batches(eager=eager, schedule=tuple(schedule))
    taken: list[str] = []
    for at, piece in enumerate(pieces):
        gathering.hear(piece)
        while batch := gathering.due(at / 10, idle=at % 3 == 0, triggered=at % 2 == 0):
            taken.append(batch.text)
    last = gathering.flush()
    whole = "".join(pieces)
    said = "".join([*taken, last.text if last else ""])
    assert whole.startswith(said)
    assert not any(map(str.isalnum, whole[len(said) :]))
    ends = [len("".join(taken[: at + 1])) for at in range(len(taken))]
    assert not any(whole[end - 1 : end + 1].isalnum() for end in ends if end < len(whole))
