"""Matrices in every precision a processor here knows."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from adapters.xtts.model.linear import Precision, linear

LEAST_DB = {Precision.FP32: 110.0, Precision.BF16: 48.0, Precision.INT8: 36.0}


def snr_db(wanted: Tensor, made: Tensor) -> float:
    return float(10 * torch.log10(wanted.square().sum() / (wanted - made).square().sum()))


def matrix(rows: int = 8) -> tuple[Tensor, Tensor, Tensor]:
    dice = torch.Generator().manual_seed(1)
    weight = torch.randn(384, 128, generator=dice) * 0.02
    return weight, torch.randn(384, generator=dice), torch.randn(rows, 128, generator=dice)


@pytest.mark.parametrize("precision", LEAST_DB)
@pytest.mark.parametrize("rows", [1, 2, 3, 4, 7, 64])
def test_a_matrix_multiplies_as_well_as_its_precision_can(precision: Precision, rows: int) -> None:
    weight, bias, heard = matrix(rows)
    made = linear(weight, bias, precision)(heard)
    assert made.dtype == torch.float32
    assert snr_db(functional.linear(heard, weight, bias), made) > LEAST_DB[precision]


@pytest.mark.parametrize("precision", LEAST_DB)
def test_a_transposed_matrix_is_the_same_matrix(precision: Precision) -> None:
    weight, bias, heard = matrix()
    turned = weight.t().contiguous().t()
    assert torch.equal(
        linear(turned, bias, precision)(heard), linear(weight, bias, precision)(heard)
    )


@pytest.mark.parametrize("neighbour", [20.0, 1e6, float("inf"), float("nan")])
def test_in_int8_no_row_hears_its_neighbours(neighbour: float) -> None:
    weight, bias, heard = matrix()
    multiply = linear(weight, bias, Precision.INT8)
    quiet = multiply(heard)
    heard[3] = neighbour
    loud = multiply(heard)
    others = [row for row in range(len(heard)) if row != 3]
    assert torch.equal(quiet[others], loud[others])


def test_in_int8_a_row_of_nothing_is_the_bias() -> None:
    weight, bias, _ = matrix()
    assert torch.equal(linear(weight, bias, Precision.INT8)(torch.zeros(1, 128))[0], bias)
