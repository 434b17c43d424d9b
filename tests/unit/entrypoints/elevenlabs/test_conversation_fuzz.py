"""Whatever comes over a socket, in whatever order, is answered by orders."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.errors import EngineBusyError, SpeechError
from domain.loudness import Target
from entrypoints.elevenlabs.conversation import House
from entrypoints.elevenlabs.dialogue import Dialogue
from entrypoints.elevenlabs.monologue import Monologue
from entrypoints.elevenlabs.orders import Close, Finish, Order, Speak
from tests.unit.entrypoints.elevenlabs.talks import Talk, arriving, of

HOUSE = House(arriving, Target(), longest_text=2_000)

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(-2, 600), max_size=3),
    st.fixed_dictionaries(
        {},
        optional={
            "speed": st.floats(0, 5),
            "stability": st.floats(0, 2),
            "language": st.sampled_from(["en", "de", "zz", ""]),
            "chunk_length_schedule": st.lists(st.integers(-1, 600), max_size=3),
            "chunk_length_schedule_frames": st.lists(st.integers(-1, 120), max_size=3),
        },
    ),
)
TEXTS = st.text("aB1 .,!?<>/='é\n", max_size=40)
GOOD = st.fixed_dictionaries(
    {},
    optional={
        "text": TEXTS,
        "flush": st.booleans(),
        "try_trigger_generation": st.booleans(),
        "context_id": st.sampled_from(["a", "b", "c", "d", "e", "f", None]),
        "close_context": st.booleans(),
        "voice_settings": st.just({"speed": 1.2}),
    },
)
ODD = st.dictionaries(
    st.sampled_from(
        [
            *("type", "text", "flush", "context_id", "contextId", "close_context", "close_socket"),
            *("voice_settings", "generation_config", "generator_config", "keep_open", "mode"),
            *("audio_format", "target_lead_ms", "audio_channel", "xi_api_key", "authorization"),
        ]
    ),
    VALUES,
    max_size=4,
)
STEPS = st.lists(
    st.one_of(
        GOOD.map(json.dumps),
        ODD.map(json.dumps),
        st.text(max_size=10),
        st.binary(max_size=10),
        st.sampled_from([0.0, 0.003, 0.2, 2.0, 30.0]),
        st.just(Speak),
        st.just(Finish),
        st.just(EngineBusyError(1.0)),
    ),
    max_size=40,
)


@given(
    STEPS,
    st.sampled_from([Monologue, Dialogue]),
    st.fixed_dictionaries(
        {},
        optional={
            "auto_mode": st.just("true"),
            "enable_ssml_parsing": st.just("true"),
            "keep_open": st.just("true"),
        },
    ),
)
def test_whatever_comes_nothing_comes_of_it_but_orders(
    steps: list[Any], kind: type[Monologue | Dialogue], query: dict[str, str]
) -> None:
    speaking = Talk(kind, HOUSE, **query)
    begun: list[Order] = []
    for step in steps:
        orders: list[Order] = []
        if isinstance(step, float):
            orders = speaking.wait(step)
        elif isinstance(step, str | bytes):
            orders = speaking.raw(step)
        elif isinstance(step, SpeechError):
            for each in of(Speak, begun)[-1:]:
                orders = speaking.rules.failed(each.context, step)
        else:
            for each in [each for each in begun if isinstance(each, step)][:2]:
                begun.remove(each)
                if isinstance(each, Speak):
                    orders = [*orders, *speaking.heard(each)]
                else:
                    orders = [*orders, *speaking.rules.finished(each.context, speaking.now_s)]
        begun += orders
        if of(Close, orders):
            assert isinstance(orders[-1], Close)
            assert speaking.raw('{"text":"x "}') == []
            assert speaking.rules.deadline_s is None
            break
        assert len(speaking.rules.opened.contexts) <= 5
    spoken = of(Speak, begun)
    assert all(any(map(str.isalnum, each.request.text)) for each in spoken)
