"""The transformer and the sampler against the reference, which is in the same process."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from adapters.xtts.model.checkpoint import Checkpoint
from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.linear import Precision
from adapters.xtts.model.sampler import Sampler, Taste
from tests.checkpoints import leader

TEXTS = (
    "three small boats were waiting for the morning tide.",
    "no.",
    "the keeper of the lighthouse counted them twice, and wrote the number into his book!",
)
TASTES = (
    Taste(temperature=0.75, top_k=50, top_p=0.85, repetition_penalty=5.0),
    Taste(temperature=1.3, top_k=1026, top_p=1.0, repetition_penalty=1.0),
    Taste(temperature=0.3, top_k=7, top_p=0.4, repetition_penalty=12.0),
)
GREEDY = Taste(temperature=1.0, top_k=1, top_p=1.0, repetition_penalty=5.0)
STEPS = 60

Spoken = tuple[list[int], Tensor]


@pytest.fixture(autouse=True)
def _inferring() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture
def reference(checkpoint: Checkpoint) -> Any:
    checkpoint.model.gpt.init_gpt_for_inference()
    return checkpoint.model


def reference_stream(model: Any, latent: Tensor, text: str, taste: Taste, seed: int) -> Spoken:
    ids = torch.tensor(model.tokenizer.encode(text, lang="en"))[None]
    torch.manual_seed(seed)
    stream = model.gpt.get_generator(
        fake_inputs=model.gpt.compute_embeddings(latent[None], ids),
        do_sample=True,
        temperature=taste.temperature,
        top_k=taste.top_k,
        top_p=taste.top_p,
        repetition_penalty=taste.repetition_penalty,
        num_beams=1,
        num_return_sequences=1,
        length_penalty=1.0,
        output_attentions=False,
        output_hidden_states=True,
        return_dict_in_generate=True,
    )
    spoken = [
        (int(token), latent[0]) for (token, latent), _ in zip(stream, range(STEPS), strict=False)
    ]
    return [token for token, _ in spoken], torch.stack([latent for _, latent in spoken])


def our_stream(model: Any, latent: Tensor, text: str, taste: Taste, seed: int) -> Spoken:
    gpt = Gpt(model.gpt, Precision.FP32, torch.device("cpu"))
    slots, slot = gpt.slots(3), 2
    sampler = Sampler(3, gpt.audio_tokens, gpt.start_token, gpt.device)
    sampler.begin(slot, taste, seed)
    gpt.read(slots, slot, latent)
    made, logits = gpt.read(slots, slot, gpt.prompt(model.tokenizer.encode(text, lang="en")))
    tokens, latents = [], []
    for place in range(1, STEPS + 1):
        drawn = sampler.draw([slot], logits)
        tokens.append(int(drawn.tokens[0]))
        latents.append(made[0])
        if tokens[-1] == gpt.stop_token:
            break
        made, logits = gpt.step(slots, [slot], drawn.tokens, [place])
    return tokens, torch.stack(latents)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("taste", TASTES)
def test_the_same_dice_draw_the_same_tokens(reference: Any, taste: Taste, text: str) -> None:
    for seed in (1, 2):
        theirs, their_latents = reference_stream(reference, leader(reference), text, taste, seed)
        ours, our_latents = our_stream(reference, leader(reference), text, taste, seed)
        assert ours == theirs
        assert (our_latents - their_latents).abs().max() < 1e-4


@pytest.mark.parametrize("text", TEXTS)
def test_without_dice_the_tokens_are_those_of_the_reference(reference: Any, text: str) -> None:
    ids = torch.tensor(reference.tokenizer.encode(text, lang="en"))[None]
    theirs = reference.gpt.generate(
        leader(reference)[None],
        ids,
        do_sample=False,
        num_beams=1,
        repetition_penalty=GREEDY.repetition_penalty,
    )[0, :STEPS].tolist()
    ours, _ = our_stream(reference, leader(reference), text, GREEDY, seed=1)
    assert ours == theirs


def test_other_dice_draw_other_tokens(reference: Any) -> None:
    voice = leader(reference)
    first, second = (our_stream(reference, voice, TEXTS[0], TASTES[0], seed)[0] for seed in (1, 2))
    assert first != second


def test_a_rewound_slot_goes_on_as_if_nothing_had_been(reference: Any) -> None:
    gpt = Gpt(reference.gpt, Precision.FP32, torch.device("cpu"))
    slots = gpt.slots(1)
    gpt.read(slots, 0, leader(reference))
    gpt.read(slots, 0, gpt.prompt([9, 8, 7]))
    length = slots.lengths[0]
    wanted, _ = gpt.step(slots, [0], torch.tensor([11]), [1])
    for place in range(2, 6):
        gpt.step(slots, [0], torch.tensor([place]), [place])
    slots.rewind(0, length)
    again, _ = gpt.step(slots, [0], torch.tensor([11]), [1])
    assert torch.equal(wanted, again)
