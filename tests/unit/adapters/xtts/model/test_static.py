"""The step in which nothing moves, beside the one that reads each line's slot by itself."""

import math
import random
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from adapters.xtts.model.checkpoint import Checkpoint
from adapters.xtts.model.gpt import Gpt
from adapters.xtts.model.graphs import Graphs
from adapters.xtts.model.linear import Precision
from adapters.xtts.model.slots import Remembered, Slots
from adapters.xtts.model.static import StaticStep

CPU = torch.device("cpu")
LINES = 20
SHAPES = [
    (size, span)
    for size in (1, 2, 4, 8, 16, 20)
    for span in (128, 256, 384, 512, 768, "all there is")
]
"""Of 20 lines."""


@pytest.fixture(autouse=True)
def _inferring() -> Iterator[None]:
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def gpt(checkpoint: Checkpoint) -> Gpt:
    with torch.inference_mode():
        return Gpt(checkpoint.model.gpt, Precision.FP32, CPU)


@pytest.fixture
def plain(gpt: Gpt, monkeypatch: pytest.MonkeyPatch) -> Gpt:
    """The same model, without what is compiled for a processor."""
    monkeypatch.setattr(gpt, "_hear", gpt.hear_in_torch)
    return gpt


def filled(gpt: Gpt, lengths: list[int], *, spare: bool = True) -> Slots:
    """Slots that know so much, whatever that is, and one for voices behind them."""
    slots = gpt.slots(len(lengths) + 1, spare=spare)
    dice = torch.Generator().manual_seed(1)
    layers, _, _, heads, _, width = slots.states.shape
    for slot, length in enumerate(lengths):
        known = torch.randn(layers, 2, heads, length, width, generator=dice)
        slots.begin(slot, Remembered(known))
    return slots


def static(gpt: Gpt, slots: Slots) -> tuple[StaticStep, Graphs]:
    step = StaticStep(gpt, slots, len(slots.lengths) - 1)
    return step, Graphs(step)


def tokens_of(rows: list[int]) -> Tensor:
    return torch.tensor([(37 * row + 11) % 1024 for row in rows])


def most(gpt: Gpt) -> int:
    return gpt.longest_prompt + gpt.longest_audio + 1


@pytest.mark.parametrize(("size", "span"), SHAPES)
def test_it_makes_the_numbers_of_the_step_that_reads_slot_by_slot(
    plain: Gpt, size: int, span: int | str
) -> None:
    room = span if isinstance(span, int) else most(plain)
    dice = random.Random(f"{size} {span}")  # noqa: S311 - no secret
    lengths = [dice.randrange(1, room - 2) for _ in range(LINES)]
    lengths[size - 1] = room - 3
    asked = dice.sample(range(size - 1), dice.randrange(size)) if size > 1 else []
    rows = [*asked, size - 1]
    dice.shuffle(rows)
    wanted_slots, slots = filled(plain, lengths, spare=False), filled(plain, lengths)
    step, graphs = static(plain, slots)
    for place in range(1, 4):
        places = [place + row for row in rows]
        assert step.give(rows, tokens_of(rows), places) == (size, room)
        wanted = plain.step(wanted_slots, rows, tokens_of(rows), places)
        made = graphs.step(rows, tokens_of(rows), places)
        for ours, theirs in zip(made, wanted, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    assert slots.lengths == wanted_slots.lengths


def test_a_line_that_is_not_asked_for_keeps_all_it_knows(plain: Gpt) -> None:
    lengths = [5, 60, most(plain), 33]
    slots = filled(plain, lengths)
    before = slots.states.clone()
    _, graphs = static(plain, slots)
    for place in range(1, 5):
        graphs.step([3], tokens_of([3]), [place])
    assert slots.lengths == [5, 60, most(plain), 37, 0]
    for slot in range(4):
        known = before[:, :, slot, :, : lengths[slot]]
        assert torch.equal(slots.states[:, :, slot, :, : lengths[slot]], known)
    assert not torch.equal(slots.states[:, :, 3, :, 33:37], before[:, :, 3, :, 33:37])
    assert torch.equal(slots.states[:, :, 4], before[:, :, 4])


def test_what_a_step_returned_does_not_change_with_the_next(plain: Gpt) -> None:
    _, graphs = static(plain, filled(plain, [10, 20]))
    made = graphs.step([0, 1], tokens_of([0, 1]), [1, 1])
    kept = [each.clone() for each in made]
    graphs.step([0, 1], tokens_of([1, 0]), [2, 2])
    assert all(torch.equal(*pair) for pair in zip(made, kept, strict=True))


def test_what_is_no_number_stays_in_its_slot_and_leaves_with_its_line(plain: Gpt) -> None:
    slots = filled(plain, [10, 20])
    step, graphs = static(plain, slots)
    wanted = [each[1] for each in graphs.step([0, 1], tokens_of([0, 1]), [1, 1])]
    slots.rewind(1, 20)
    slots.rewind(0, 10)
    slots.states[0, :, 0, :, 4] = math.nan
    bad, good = zip(*graphs.step([0, 1], tokens_of([0, 1]), [1, 1]), strict=True)
    assert all(each.isnan().all() for each in bad)
    torch.testing.assert_close(list(good), wanted, rtol=0, atol=0)
    # The next line in that slot is not as far yet.
    slots.begin(0, Remembered(slots.states[:, :, 1, :, :2].clone()))
    assert all(each.isfinite().all() for each in graphs.step([0], tokens_of([0]), [1]))
    # Nor is one that tries again.
    slots.states[0, :, 0, :, 2] = math.nan
    slots.rewind(0, 2)
    assert all(each.isfinite().all() for each in graphs.step([0], tokens_of([0]), [1]))
    assert step.shapes[-1] == (1, 128)


def test_a_full_slot_is_refused(plain: Gpt) -> None:
    _, graphs = static(plain, filled(plain, [10, most(plain)]))
    with pytest.raises(IndexError, match="full"):
        graphs.step([0, 1], tokens_of([0, 1]), [1, 1])
    made, _ = graphs.step([0], tokens_of([0]), [1])
    assert made.isfinite().all()


def test_a_line_can_be_filled_to_its_last_position(plain: Gpt) -> None:
    room = most(plain)
    slots, wanted_slots = filled(plain, [room - 1]), filled(plain, [room - 1], spare=False)
    step, graphs = static(plain, slots)
    assert step.give([0], tokens_of([0]), [1]) == (1, room)
    made, _ = graphs.step([0], tokens_of([0]), [1])
    wanted, _ = plain.step(wanted_slots, [0], tokens_of([0]), [1])
    torch.testing.assert_close(made, wanted, rtol=1e-5, atol=1e-5)
    with pytest.raises(IndexError, match="full"):
        graphs.step([0], tokens_of([0]), [2])


def test_shapes_are_few_and_the_largest_holds_every_line_to_its_end(plain: Gpt) -> None:
    shapes = {
        lines: static(plain, plain.slots(lines + 1, spare=True))[0].shapes for lines in (1, 6)
    }
    assert shapes[6][0] == (6, most(plain))
    assert {size for size, _ in shapes[6]} == {1, 2, 4, 6}
    assert {size for size, _ in shapes[1]} == {1}
    assert len(shapes[6]) == 4 * 6


def test_steps_that_cannot_be_recorded_are_taken_call_by_call(
    plain: Gpt, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_: StaticStep) -> Any:
        raise torch.AcceleratorError("operation not permitted when stream is capturing")

    lengths = [5, 60]
    wanted = static(plain, filled(plain, lengths))[1].step([1], tokens_of([1]), [1])
    step, graphs = static(plain, filled(plain, lengths))
    monkeypatch.setattr(step, "device", torch.device("cuda"))
    monkeypatch.setattr("adapters.xtts.model.graphs._recorded", failing)
    graphs.record()
    monkeypatch.setattr(step, "device", CPU)
    assert "call by call" in caplog.text
    made = graphs.step([1], tokens_of([1]), [1])
    assert all(torch.equal(*pair) for pair in zip(made, wanted, strict=True))


def test_a_recording_is_played_where_there_is_one(plain: Gpt) -> None:
    class Recording:
        played = 0

        def replay(self) -> None:
            self.played += 1
            step.run((2, 128))

    recording: Any = Recording()
    lengths = [5, 60]
    wanted = static(plain, filled(plain, lengths))[1].step([1, 0], tokens_of([1, 0]), [1, 2])
    step, graphs = static(plain, filled(plain, lengths))
    graphs._recorded[2, 128] = recording
    made = graphs.step([1, 0], tokens_of([1, 0]), [1, 2])
    assert all(torch.equal(*pair) for pair in zip(made, wanted, strict=True))
    assert recording.played == 1
    graphs.step([0], tokens_of([0]), [3])
    assert recording.played == 1


def test_without_a_gpu_nothing_is_recorded_and_nothing_is_run(plain: Gpt) -> None:
    slots = filled(plain, [4])
    before = slots.states.clone()
    _, graphs = static(plain, slots)
    graphs.record()
    assert not graphs._recorded
    assert torch.equal(slots.states, before)
