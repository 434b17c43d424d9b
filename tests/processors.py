"""What can be asked of the arithmetic of the processor at hand."""

import torch
from torch import Tensor

EXACT = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
"""Whether a row has the same bits however many others there are: narrower ones round the rest of
a block in another order."""


def same(one: Tensor, other: Tensor, within: float = 1e-5) -> bool:
    """Whether two sounds, or steps, are one: to the bit where the processor is wide enough."""
    if EXACT:
        return torch.equal(one, other)
    return one.shape == other.shape and torch.allclose(one, other, rtol=within, atol=within)
