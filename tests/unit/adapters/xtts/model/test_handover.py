"""Who waits for whom on a GPU, told by one that is not there; a processor hands nothing over."""

from typing import Any

import numpy as np
import torch

from adapters.xtts.model.handover import Handover, StreamHandover, moved
from tests.fakes.cuda import FakeCuda, FakeTensor

CPU = torch.device("cpu")


def handed() -> tuple[FakeCuda, Handover]:
    cuda = FakeCuda()
    return cuda, StreamHandover(cuda, torch.device("cuda"))


def tensor(cuda: FakeCuda, name: str, numbers: torch.Tensor | None = None) -> Any:
    return FakeTensor(cuda, name, numbers)


def test_a_processor_has_all_at_hand() -> None:
    handover = Handover.of(CPU)
    assert type(handover) is Handover
    letter = handover.send(torch.tensor([[7, 1], [8, 0]]))
    assert [letter.row(1), letter.row(0)] == [[8, 0], [7, 1]]
    sound = torch.ones(3)
    with handover.apart(handover.mark(), [sound]):
        (fetched,) = handover.fetch([sound])
    assert np.shares_memory(fetched, sound.numpy())
    assert moved(sound, CPU) is sound


def test_a_gpu_sends_tokens_off_and_waits_when_they_are_read() -> None:
    cuda, handover = handed()
    letter = handover.send(tensor(cuda, "tokens", torch.tensor([[7, 1], [8, 0]])))
    sent = [("tokens", "goes to", "cpu", "while others work", "steps"), ("recorded in", "steps")]
    assert cuda.notes == sent
    assert letter.row(1) == [8, 0]
    assert letter.row(0) == [7, 1]
    assert cuda.notes == [*sent, ("processor waits for", "steps", "awake")]


def test_a_gpus_vocoder_begins_when_the_steps_have_made_what_it_reads() -> None:
    cuda, handover = handed()
    mark = handover.mark()
    with handover.apart(mark, [tensor(cuda, "latents"), tensor(cuda, "biases")]):
        assert cuda.current == "vocoder"
        (fetched,) = handover.fetch([tensor(cuda, "sound", torch.ones(2))])
    assert cuda.current == "steps"
    assert cuda.notes == [
        ("recorded in", "steps"),
        ("vocoder", "waits for", "steps"),
        ("latents", "is read in", "vocoder"),
        ("biases", "is read in", "vocoder"),
        ("sound", "goes to", "cpu", "while others work", "vocoder"),
        ("recorded in", "vocoder"),
        ("processor waits for", "vocoder", "asleep"),
    ]
    assert fetched.tolist() == [1.0, 1.0]
