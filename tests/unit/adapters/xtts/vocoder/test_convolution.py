import pytest
import torch
from torch import Tensor

from adapters.xtts.vocoder.convolution import Kernel, _Packed, _Plain, kernel

ROWS = torch.randn(80, 48, generator=torch.Generator().manual_seed(1))
WEIGHT = torch.randn(32, 48, 7, generator=torch.Generator().manual_seed(2)) / 18
BIAS = torch.linspace(-1, 1, 32)
KERNELS: dict[str, type[_Packed | _Plain]] = {"packed": _Packed, "plain": _Plain}


@pytest.fixture(params=KERNELS)
def made(request: pytest.FixtureRequest) -> Kernel:
    return KERNELS[request.param](WEIGHT, 3)


def convolved(rows: Tensor) -> Tensor:
    return torch.nn.functional.conv1d(rows.t()[None], WEIGHT, BIAS, dilation=3)[0].t()


def test_a_processor_gets_the_kernel_that_is_packed_for_it() -> None:
    assert isinstance(kernel(WEIGHT, 1), _Packed)
    assert isinstance(kernel(WEIGHT.to("meta"), 1), _Plain)


def test_rows_are_convolved(made: Kernel) -> None:
    torch.testing.assert_close(made(ROWS, BIAS, 1.0, None), convolved(ROWS))


def test_what_is_negative_is_lowered(made: Kernel) -> None:
    expected = torch.nn.functional.leaky_relu(convolved(ROWS), 0.1)
    torch.testing.assert_close(made(ROWS, BIAS, 0.1, None), expected)


def test_what_came_in_is_added(made: Kernel) -> None:
    plus = ROWS[9:71, :32].contiguous()
    before = plus.clone()
    torch.testing.assert_close(made(ROWS, BIAS, 1.0, plus), convolved(ROWS) + before)
    assert torch.equal(plus, before)


@pytest.mark.parametrize("count", [1, 5, 15, 16, 17])
def test_few_rows_are_added_up_like_many(count: int) -> None:
    made = _Packed(WEIGHT, 3)
    plus = ROWS[:62, :32].contiguous()
    many = made(ROWS, BIAS, 1.0, plus)
    assert torch.equal(made(ROWS[: 18 + count], BIAS, 1.0, plus[:count]), many[:count])
