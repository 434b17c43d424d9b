"""A refusal waits for the first message: a client that has sent nothing may not look for it."""

import pytest

from domain.errors import VoiceUnknownError
from entrypoints.elevenlabs.conversation import Conversation
from entrypoints.elevenlabs.dialogue import Dialogue
from entrypoints.elevenlabs.monologue import Monologue
from entrypoints.elevenlabs.orders import Close
from tests.unit.entrypoints.elevenlabs.talks import Talk, of


@pytest.mark.parametrize("kind", [Monologue, Dialogue])
def test_it_is_told_with_the_first_message_or_when_none_comes(kind: type[Conversation]) -> None:
    for hurry in (True, False):
        talk = Talk(kind)
        assert talk.rules.failed(None, VoiceUnknownError("nobody")) == []
        orders = talk.send(text="Hello ") if hurry else talk.wait(1.6)
        (close,) = of(Close, orders)
        assert close.code == 1008
        assert b"voice_not_found" in close.told
