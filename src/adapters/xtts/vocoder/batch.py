"""What several lines remember, side by side for one pass, and each line's own again behind it."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from adapters.xtts.vocoder.tape import Tape

Tails = Mapping[object, Tensor]


def beside(tapes: Sequence[Tape]) -> tuple[Tails, list[Tensor]]:
    """Return the tails of the layers and the biases of the voices, a line a row."""
    tails = {layer: torch.stack([tape.tails[layer] for tape in tapes]) for layer in tapes[0].tails}
    biases = zip(*(tape.biases for tape in tapes), strict=True)
    return tails, [torch.stack(each) for each in biases]


def own(tails: Tails, lines: int) -> list[Tails]:
    """Return the tails of each line, in memory of its own: no line keeps another's alive."""
    if not tails:
        return [{}] * lines
    shapes = [tail.shape[1:] for tail in tails.values()]
    # One copy a line, and not one for each of its many layers.
    flat = torch.cat([tail.flatten(1) for tail in tails.values()], dim=1)
    return [dict(zip(tails, _shaped(row.clone(), shapes), strict=True)) for row in flat]


def _shaped(row: Tensor, shapes: Sequence[torch.Size]) -> list[Tensor]:
    pieces = torch.split(row, [shape.numel() for shape in shapes])
    return [piece.view(shape) for piece, shape in zip(pieces, shapes, strict=True)]
