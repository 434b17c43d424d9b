import pytest
import torch
from torch import Tensor

from adapters.xtts.model.dice import Dice, ThrownDice, WrittenDice

CPU = torch.device("cpu")
TOKENS = 500


@pytest.fixture(params=["thrown", "written"])
def dice(request: pytest.FixtureRequest) -> Dice:
    if request.param == "thrown":
        return ThrownDice(4, TOKENS)
    return WrittenDice(4, TOKENS, 20, CPU)


def thrown(dice: Dice, *slots: int) -> Tensor:
    return dice.throw(slots, torch.tensor(slots))


def test_a_seed_throws_the_same_in_any_slot_and_any_company(dice: Dice) -> None:
    dice.begin(1, 9)
    alone = [thrown(dice, 1)[0] for _ in range(3)]
    dice.begin(0, 5)
    dice.begin(3, 9)
    among = [thrown(dice, 3, 0)[0], thrown(dice, 0, 3)[1], thrown(dice, 3)[0]]
    assert all(torch.equal(*pair) for pair in zip(alone, among, strict=True))


def test_another_seed_or_another_throw_is_other_noise(dice: Dice) -> None:
    dice.begin(0, 1)
    dice.begin(1, 2)
    first, other = thrown(dice, 0, 1)
    second = thrown(dice, 0)[0]
    assert not torch.equal(first, other)
    assert not torch.equal(first, second)


def test_the_noise_is_exponential(dice: Dice) -> None:
    dice.begin(2, 1)
    noise = torch.cat([thrown(dice, 2)[0] for _ in range(20)])
    assert noise.min() > 0
    assert abs(noise.mean() - 1) < 0.05
    assert abs((noise > 2).float().mean() - 0.1353) < 0.01


def test_who_throws_more_often_than_was_written_begins_again() -> None:
    dice = WrittenDice(2, TOKENS, 3, CPU)
    dice.begin(0, 1)
    noise = [thrown(dice, 0) for _ in range(4)]
    assert torch.equal(noise[0], noise[3])
    assert not torch.equal(noise[0], noise[1])
