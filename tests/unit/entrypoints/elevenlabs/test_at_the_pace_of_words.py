"""Text that comes word by word, while its listener still plays what was sent before."""

from entrypoints.elevenlabs.monologue import Monologue
from entrypoints.elevenlabs.orders import Speak
from tests.unit.entrypoints.elevenlabs.talks import Talk, of, texts


def test_words_gather_until_the_listener_is_about_to_hear_nothing() -> None:
    talk = Talk(Monologue, auto_mode="true")
    (first,) = of(Speak, talk.send(text="Well then, my good friend "))
    # all of it is sent at once, and takes two seconds to hear
    talk.rules.sent("", 2.0, talk.now_s)
    assert talk.rules.heard("", len(first.request.text), talk.now_s) == []
    for word in ("and ", "neighbour ", "come ", "here "):
        assert texts(talk.send(text=word)) == []
        assert texts(talk.wait(0.2)) == []
    assert texts(talk.wait(0.85)) == []
    assert texts(talk.wait(0.1)) == ["and neighbour come here "]


def test_a_sentence_need_not_wait_for_that() -> None:
    talk = Talk(Monologue, auto_mode="true")
    (first,) = of(Speak, talk.send(text="Well then, my good friend "))
    talk.rules.sent("", 2.0, talk.now_s)
    talk.rules.heard("", len(first.request.text), talk.now_s)
    assert texts(talk.send(text="Come here. ")) == ["Come here. "]
